namespace mlo{int placeholder_(); int placeholder_(){return 0;}}
