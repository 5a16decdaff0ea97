# Which file describes which model_type of a config.json (a file models/NAME defines model NAME(cfg, w)), and which field of
# the config says how many tokens a prompt may have.
let architectures = {
  gpt2: {file: "models/gpt2", context: "n_positions"},
  gpt_neo: {file: "models/gpt_neo", context: "max_position_embeddings"},
  gpt_neox: {file: "models/gpt_neox", context: "max_position_embeddings"},
  llama: {file: "models/llama", context: "max_position_embeddings"},
  mistral: {file: "models/llama", context: "max_position_embeddings"},
  qwen2: {file: "models/llama", context: "max_position_embeddings"},
  qwen3: {file: "models/llama", context: "max_position_embeddings"},
  smollm3: {file: "models/llama", context: "max_position_embeddings"},
  gemma: {file: "models/gemma", context: "max_position_embeddings"},
  gemma2: {file: "models/gemma", context: "max_position_embeddings"},
  olmo: {file: "models/olmo", context: "max_position_embeddings"},
  olmo2: {file: "models/olmo2", context: "max_position_embeddings"},
  phi: {file: "models/phi", context: "max_position_embeddings"},
  transformer_lens: {file: "models/transformer_lens", context: "n_ctx"},
  attn_only: {file: "models/transformer_lens", context: "n_ctx"}
}
# TransformerLens's configs have no model_type.
fn type_of(cfg) = get(cfg, "model_type", if has(cfg, "d_model") and has(cfg, "n_ctx") { "transformer_lens" } else { none })
