using Maas.Install.Templates;

namespace Maas.Install.Tests.Templates;

public class SecretMaskTests
{
    [Theory]
    [InlineData("password $1$salt$qJH7.N4xYta3aEG/dfqo/0", "password ********")]
    [InlineData("rootpw --iscrypted $6$rounds=5000$usesomesillystri$D4IrlXatmP7rx3P3InaxBeoomnAihCKR", "rootpw --iscrypted ********")]
    [InlineData("passwd: '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7'", "passwd: '********'")]
    [InlineData("\"$2b$10$vI8aWBnW3fID.ZQ4/zo1G.q1lRps.9cGLcZEiGDMVr5yUP1KUOYTa\"", "\"********\"")]
    [InlineData("$argon2id$v=19$m=65536,t=2,p=1$gZiV/M1gPc22ElAH/Jh1Hw$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno", "********")]
    [InlineData("proxy http://ann:s3cret@proxy.lab:3128/ end", "proxy http://ann:********@proxy.lab:3128/ end")]
    [InlineData("d-i mirror/http/hostname string deb.debian.org", "d-i mirror/http/hostname string deb.debian.org")]
    [InlineData("echo $1 $2; cost $5 or $6.50; http://host:80/a@b", "echo $1 $2; cost $5 or $6.50; http://host:80/a@b")]
    public void Password_hashes_and_passwords_in_URLs_are_replaced(string text, string expected) =>
        SecretMask.Apply(text).Should().Be(expected);
}
