MODULEPATH="${MODULEPATH:+$MODULEPATH:}/opt/hpcx/modulefiles"
export MODULEPATH
