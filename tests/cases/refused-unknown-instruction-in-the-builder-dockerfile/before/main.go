package main

func main() { println("typo") }
