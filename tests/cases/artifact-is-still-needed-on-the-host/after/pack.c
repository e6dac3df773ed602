#include <stdio.h>
int main(void) { return puts("pack") < 0; }
