#include <stdio.h>
int main(void) { return puts("|/-") < 0; }
