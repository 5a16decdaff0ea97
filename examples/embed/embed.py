"""A Python program around pp: python3 embed.py FOLDER, where induction.pp and models/ are (..).  What it uses is in pp.py beside it."""
import sys
import pp

with pp.Session(out=lambda text: print(text, end=""), folder=sys.argv[1]) as s:
    s.run_file(sys.argv[1] + "/induction.pp")
    print(f'refined explains {s["r[refined, kl].explained"]:.3f} of kl')
    r = s["r"]
    for i, name in enumerate(r["hypothesis"]):
        print(f'{name:8} {r["metric"][i]:4} AUE {r["aue"][i]:.3f}, explained {r["explained"][i]:.3f}')
    w = s['weights("models/induction")["embed.W_E"]']
    print("embed.W_E is", " x ".join(map(str, w.shape)) + f", its first number {w[0, 0]:.4f}")
    try:                                         # numpy needs no copy either
        import numpy
        assert numpy.asarray(w).ctypes.data == w.at and numpy.asarray(w)[0, 0] == w[0, 0]
    except ImportError:
        pass
    try:
        s.run("let x = unknown + 1")
    except pp.Error as e:
        print("refused:", e)
