#include <stdio.h>
int main(void) { return puts("tick") < 0; }
