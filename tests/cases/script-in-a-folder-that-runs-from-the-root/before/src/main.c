#include <stdio.h>
int main(void) { return puts("gong") < 0; }
