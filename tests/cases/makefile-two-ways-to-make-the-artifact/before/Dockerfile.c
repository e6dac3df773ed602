FROM gcc:9
RUN gcc -o /c/app x.c
