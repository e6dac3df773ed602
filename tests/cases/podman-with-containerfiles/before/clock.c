#include <stdio.h>
int main(void) { return puts("tock") < 0; }
