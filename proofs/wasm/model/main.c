/* The question: can a trap be reached from CLAIM, whatever the LEN bytes of input are? */
#include TYPES
#include "model.h"
#include CODE

u8 nondet_u8(void);
static const u8 prefix[] = {PREFIX};
static Z_m_instance_t instance;

int main(void) {
  init_globals(&instance);
  init_tables(&instance);
  for (u32 i = 0; i < PREFIX_LEN; i++) memory[INPUT + i] = prefix[i];
  for (u32 i = PREFIX_LEN; i < LEN; i++) memory[INPUT + i] = nondet_u8();
  CLAIM(&instance, INPUT, LEN);
  return 0;
}
