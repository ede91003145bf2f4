d-i passwd/root-login boolean false
d-i passwd/make-user boolean true
d-i passwd/user-fullname string {{ params.user | quote.preseed }}
d-i passwd/username string {{ params.user | quote.preseed }}
{{~ if params.user_password_crypted == "" ~}}
d-i passwd/user-password-crypted password !
{{~ else ~}}
d-i passwd/user-password-crypted password {{ params.user_password_crypted | quote.preseed }}
{{~ end -}}
