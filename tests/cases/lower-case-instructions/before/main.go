package main

func main() { println("lower") }
