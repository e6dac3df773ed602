#include <stdio.h>
int main(void) { return puts("2 3 5 7") < 0; }
