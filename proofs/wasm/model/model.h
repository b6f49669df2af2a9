/* Memory: [0, STACK) stack, [STACK, BELOW) constants, a gap that nobody may touch, the INPUT. */

static const u8 constants[] = {
#include CONSTANTS
};

static void check(u64 at, u64 len, u64 below) {
  __CPROVER_assert(at + len <= below || (at >= INPUT && at + len <= INPUT + LEN),
                   "a byte is read or written that is not there");
}

/* Stack and input are one array: the constants, which may be many, would slow it down. */
static inline u8 *place(wasm_rt_memory_t *memory, u64 at) {
  return at < STACK ? memory->data + at
         : at < INPUT ? (u8 *)constants + (at - STACK) : memory->data + (at - INPUT + STACK);
}

#define TRAP(x) (trap(), 0)
static void trap(void) {
  __CPROVER_assert(0, "a panic or another trap is reached");
  __CPROVER_assume(0);
}
#define UNREACHABLE trap(); __CPROVER_assume(0)
#define FUNC_PROLOGUE
#define FUNC_EPILOGUE

#define LOAD(name, stored, widened, result)                    \
  static inline result name(wasm_rt_memory_t *memory, u64 at) { \
    check(at, sizeof(stored), BELOW);                           \
    return (result)(widened) *(stored *)place(memory, at);      \
  }
#define STORE(name, stored, given)                                         \
  static inline void name(wasm_rt_memory_t *memory, u64 at, given value) { \
    check(at, sizeof(stored), STACK);                                      \
    *(stored *)place(memory, at) = (stored)value;                          \
  }
LOAD(i32_load, u32, u32, u32)
LOAD(i64_load, u64, u64, u64)
LOAD(i32_load8_s, s8, s32, u32)
LOAD(i64_load8_s, s8, s64, u64)
LOAD(i32_load8_u, u8, u32, u32)
LOAD(i64_load8_u, u8, u64, u64)
LOAD(i32_load16_s, s16, s32, u32)
LOAD(i64_load16_s, s16, s64, u64)
LOAD(i32_load16_u, u16, u32, u32)
LOAD(i64_load16_u, u16, u64, u64)
LOAD(i64_load32_s, s32, s64, u64)
LOAD(i64_load32_u, u32, u64, u64)
STORE(i32_store, u32, u32)
STORE(i64_store, u64, u64)
STORE(i32_store8, u8, u32)
STORE(i32_store16, u16, u32)
STORE(i64_store8, u8, u64)
STORE(i64_store16, u16, u64)
STORE(i64_store32, u32, u64)

static void memory_fill(wasm_rt_memory_t *memory, u32 to, u32 value, u32 len) {
  check(to, len, STACK);
  for (u32 i = 0; i < len; i++) *place(memory, to + i) = (u8)value;
}
static void memory_copy(wasm_rt_memory_t *memory, wasm_rt_memory_t *same, u32 to, u32 from, u32 len) {
  check(to, len, STACK);
  check(from, len, BELOW);
  if (to <= from) for (u32 i = 0; i < len; i++) *place(memory, to + i) = *place(same, from + i);
  else for (u32 i = len; i > 0; i--) *place(memory, to + i - 1) = *place(same, from + i - 1);
}

#define I32_CLZ(x) ((x) ? (u32)__builtin_clz(x) : 32u)
#define I64_CLZ(x) ((x) ? (u64)__builtin_clzll(x) : 64u)
#define I32_CTZ(x) ((x) ? (u32)__builtin_ctz(x) : 32u)
#define I64_CTZ(x) ((x) ? (u64)__builtin_ctzll(x) : 64u)
#define I32_POPCNT(x) (__builtin_popcount(x))
#define I64_POPCNT(x) (__builtin_popcountll(x))
#define DIV_U(x, y) ((y) ? (x) / (y) : TRAP(ZERO))
#define REM_U(x, y) ((y) ? (x) % (y) : TRAP(ZERO))
#define ROT(x, y, mask, l, r) (((x) l ((y) & (mask))) | ((x) r (((mask) - (y) + 1) & (mask))))
#define I32_ROTL(x, y) ROT(x, y, 31, <<, >>)
#define I64_ROTL(x, y) ROT(x, y, 63, <<, >>)
#define I32_ROTR(x, y) ROT(x, y, 31, >>, <<)
#define I64_ROTR(x, y) ROT(x, y, 63, >>, <<)
#define LIKELY(x) (x)
#define UNLIKELY(x) (x)
#define LOAD_DATA(...)
#define CALL_INDIRECT(table, type, id, at, ...)                              \
  (((at) < table.size && table.data[at].func && table.data[at].func_type == (id)) \
       || TRAP(CALL_INDIRECT),                                               \
   ((type)table.data[at].func)(__VA_ARGS__))
typedef struct { u32 func_type_index; wasm_rt_function_ptr_t func; u64 module_offset; } wasm_elem_segment_expr_t;
#define wasm_rt_register_func_type(...) 0
#define wasm_rt_allocate_memory(...)
#define wasm_rt_allocate_funcref_table(table, count, max) (table)->size = count
static void funcref_table_init(wasm_rt_funcref_table_t *table, const wasm_elem_segment_expr_t *from, u32 from_size, u32 to, u32 at, u32 len, void *instance, const u32 *types) {
  for (u32 i = 0; i < len; i++) {
    table->data[to + i].func_type = from[at + i].func_type_index;
    table->data[to + i].func = from[at + i].func;
    table->data[to + i].module_instance = instance;
  }
}

/* AES: a function of key and block, of which nothing is known but that it is one. */
typedef unsigned __int128 block_t;
block_t __CPROVER_uninterpreted_encrypt(block_t key, block_t more, block_t block);
block_t __CPROVER_uninterpreted_decrypt(block_t key, block_t more, block_t block);
struct Z_aes_instance_t { wasm_rt_memory_t memory; };
#define CIPHER(name)                                                                       \
  void Z_aesZ_##name(struct Z_aes_instance_t *aes, u32 key, u32 key_len, u32 at) {         \
    wasm_rt_memory_t *memory = &aes->memory;                                               \
    check(key, key_len, BELOW);                                                            \
    check(at, 16, STACK);                                                                  \
    block_t block = 0, low = 0, high = key_len;                                            \
    for (u32 i = 0; i < 16; i++) block = block << 8 | *place(memory, at + i);              \
    for (u32 i = 0; i < 16; i++) low = low << 8 | *place(memory, key + i);                 \
    for (u32 i = 16; i < key_len; i++) high = high << 8 | *place(memory, key + i);         \
    block = __CPROVER_uninterpreted_##name(low, high, block);                              \
    for (u32 i = 0; i < 16; i++) *place(memory, at + i) = (u8)(block >> (120 - 8 * i));    \
  }
CIPHER(encrypt)
CIPHER(decrypt)

/* RFC 3629 §4, byte by byte: how many are to follow, and the least and greatest of the next. */
static int is_utf8(const u8 *text, u32 len) {
  u8 left = 0, least = 0x80, most = 0xBF;
  int good = 1;
  for (u32 i = 0; i < len; i++) {
    u8 c = text[i];
    if (left > 0) {
      good = good && least <= c && c <= most;
      left--, least = 0x80, most = 0xBF;
    } else if (c >= 0x80) {
      good = good && 0xC2 <= c && c <= 0xF4;
      left = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
      least = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
      most = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    }
  }
  return good && left == 0;
}
