# Everything at a remote can be encrypted, names included.

$ mlo init && git commit -qm init
$ mlo remote new-key ../team.key
$ mlo remote new-key ../team.key
$ stat -c %a ../team.key && head -n 1 ../team.key
$ mlo remote add store ../store --key-file ../team.key
$ head -n 1 ../store/format
$ printf '1\n' > raw.csv && mlo version-data add raw.csv -m data
$ mlo push
$ mlo push
$ chmod -R u+w .git/mlo && rm -rf .git/mlo/objects raw.csv && mlo pull && cat raw.csv
$ mlo remote new-key ../new.key
$ mlo remote rotate-key store ../new.key
$ mlo remote check store
$ mlo remote rotate-key store ../new.key
$ sed -i s/new.key/team.key/ .mlo/config.yaml && mlo push
$ sed -i '/encryption/d; /key_file/d' .mlo/config.yaml && mlo push
$ mlo remote add plain ../store --key-file ../nowhere.key
