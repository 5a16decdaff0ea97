"""What the test programs share: tests and checks are counted, programs run, in a terminal where that makes a difference."""
import fcntl, os, pty, re, select, struct, subprocess, sys, termios, time

TESTS, failures = [], []
passed = 0


def test(f):
    TESTS.append(f)
    return f


def check(ok, what):
    global passed
    passed += bool(ok)
    if not ok:
        failures.append(what)


def run_tests(chosen=lambda name: True, times=False):
    for f in TESTS:
        if not chosen(f.__name__):
            continue
        start = time.time()
        try:
            f()
            check(True, "")
        except Exception as e:
            line = e.__traceback__.tb_next.tb_lineno if e.__traceback__.tb_next else "?"
            check(False, f"{f.__name__}: {type(e).__name__} {re.sub(chr(10) + '{3,}', chr(10), str(e))[:3000]} (line {line})")
        if times:
            print(f"{f.__name__}: {time.time() - start:.2f} s")


def finish():
    for what in failures:
        print("FAILED", what)
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(bool(failures) or not passed)


def run(command, **more):
    """What a program wrote, as text in .out and .err."""
    r = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **{"timeout": 100, **more})
    r.out, r.err = r.stdout.decode(errors="replace"), r.stderr.decode(errors="replace")
    return r


def in_terminal(command, streams, answer=None, seconds=60, columns=None, **more):
    """Runs a program of whose streams some are a terminal: its exit status, what appeared there, and what the other streams took.
    answer(program, terminal, seen, quiet) is called while it runs; quiet: nothing new appears."""
    master, slave = pty.openpty()
    if columns:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    where = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **{s: slave for s in streams}}
    p = subprocess.Popen([str(c) for c in command], **where, **more)
    os.close(slave)
    seen, end = b"", time.time() + seconds
    while time.time() < end:
        new = select.select([master], [], [], 0.05)[0]
        if new:
            try:
                seen += os.read(master, 65536)
            except OSError:                          # it has left
                break
        elif p.poll() is not None and not select.select([master], [], [], 0)[0]:
            break
        if answer:
            answer(p, master, seen, not new)
    try:
        p.wait(max(0.1, end - time.time()))
    except subprocess.TimeoutExpired:
        p.kill()
    rest = b"".join(part or b"" for part in p.communicate())
    os.close(master)
    return p.returncode, seen.decode(errors="replace"), rest.decode(errors="replace")
