package main

func main() { println("fax") }
