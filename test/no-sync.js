process.env.WEFT_LOCAL_SYNC = 'off';
