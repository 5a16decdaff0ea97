# Which file describes which model_type of a config.json (a file models/NAME defines model NAME(cfg, w)), and which field of
# the config says how many tokens a prompt may have.
let architectures = {
  gpt2: {file: "models/gpt2", context: "n_positions"},
  attn_only: {file: "models/attention_only", context: "n_ctx"},
  llama: {file: "models/llama", context: "max_position_embeddings"},
  qwen2: {file: "models/llama", context: "max_position_embeddings"},
  gpt_neox: {file: "models/gpt_neox", context: "max_position_embeddings"}
}
