-- analyst
PREPARE p FROM SELECT ? FROM strikes
;;
EXECUTE p USING cost