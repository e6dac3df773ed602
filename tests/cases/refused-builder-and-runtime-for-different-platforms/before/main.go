package main

func main() { println("cross") }
