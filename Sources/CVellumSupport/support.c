#include "CVellumSupport.h"
