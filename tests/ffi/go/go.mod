module cxdialer/ffi

go 1.18
