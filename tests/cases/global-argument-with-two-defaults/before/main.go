package main

var goVersion string

func main() { println(goVersion) }
