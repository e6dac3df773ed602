#include <stdio.h>
int main(int c, char **v) { return puts(c > 1 ? v[1] : "") < 0; }
