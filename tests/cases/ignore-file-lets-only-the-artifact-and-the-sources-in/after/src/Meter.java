class Meter {}
