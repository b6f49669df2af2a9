/* The question: can a trap be reached from CLAIM, whatever the LEN bytes of input are? */
#include TYPES
#include "model.h"
#include CODE

u8 nondet_u8(void);

int main(void) {
  /* Not static: what is could be shared with another thread, and costs more. */
  u8 memory[STACK + LEN] = {0};
  struct Z_aes_instance_t aes = {{memory}};
  Z_m_instance_t instance;
  init_globals(&instance);
  init_tables(&instance);
  instance.w2c_memory.data = memory;
#if HAS_AES
  instance.Z_aes_instance = &aes;
#endif
  for (u32 i = 0; i < LEN; i++) memory[STACK + i] = nondet_u8();
  __CPROVER_assume(!IS_TEXT || is_utf8(memory + STACK, LEN));
  CLAIM(&instance, INPUT, LEN);
  return 0;
}
