{{~ if params.ssh_password_login ~}}
mkdir -p /target/etc/ssh/sshd_config.d
echo 'PasswordAuthentication yes' > /target/etc/ssh/sshd_config.d/10-maas.conf
echo 'ssh_pwauth: true' > $config/99-zz-maas-ssh.cfg
{{~ end ~}}
