#include <stdio.h>
int main(void) { return puts("slim") < 0; }
