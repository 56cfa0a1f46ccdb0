#pragma once

namespace serin::model_server {

// Has memory of models go back to the system when it is freed. For main(), once, before anything
// large is allocated.
//
// glibc takes a block from 128 KiB up as a mapping of its own, but raises that bound to the largest
// such block that was freed, and keeps twice as much at the end of every thread's heap. One reload
// of a model with tables of megabytes is enough to have all later ones come from the heaps of the
// threads that load, and up to 64 MiB stay in each. Here the bounds are fixed.
void GiveBackLargeBlocks();

}  // namespace serin::model_server
