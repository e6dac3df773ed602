package main

func main() { println("release") }
