# Which file describes which model_type of a config.json, and which fields of it count the vocabulary and the positions.
let architectures = {
  gpt2: {file: "models/gpt2", vocab: "vocab_size", context: "n_positions"},
  attn_only: {file: "models/attention_only", vocab: "d_vocab", context: "n_ctx"},
  llama: {file: "models/llama", vocab: "vocab_size", context: "max_position_embeddings"},
  qwen2: {file: "models/llama", vocab: "vocab_size", context: "max_position_embeddings"},
  gpt_neox: {file: "models/gpt_neox", vocab: "vocab_size", context: "max_position_embeddings"}
}
