using Maas.Images.Edits;
using Maas.Images.Tests.Formats.Ext;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Edits;

public sealed class SystemEditingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Password_logins_are_allowed_and_a_password_is_set_in_an_image()
    {
        await Tools.ShellAsync(_folder.Path, """
            mkdir -p tree/etc/ssh
            printf '%s\n' 'Include /etc/ssh/sshd_config.d/*.conf' 'Port 22' 'passwordauthentication no' '#PasswordAuthentication no' \
                'Match User git' '  PasswordAuthentication no' > tree/etc/ssh/sshd_config
            printf 'root:*:19000:0:99999:7:::\ndebian:!:19001:0:99999:7:::\n' > tree/etc/shadow
            chmod 640 tree/etc/shadow
            """);
        var image = new EditedImage(_folder);
        await image.MakeAsync($"-t ext4 -d {_folder["tree"]}");

        await image.EditAsync(async tree =>
        {
            await tree.SetSshOptionAsync("PasswordAuthentication", "yes", TestContext.Current.CancellationToken);
            await tree.SetPasswordHashAsync("debian", "$6$salt$hash", TestContext.Current.CancellationToken);
            await tree.Awaiting(other => other.SetPasswordHashAsync("nobody", "$6$salt$hash")).Should().ThrowAsync<ArgumentException>();
        });

        (await image.DebugAsync("cat /etc/ssh/sshd_config")).Should()
            .Be("PasswordAuthentication yes\nInclude /etc/ssh/sshd_config.d/*.conf\nPort 22\n#PasswordAuthentication no\nMatch User " +
                "git\n  PasswordAuthentication no\n");
        (await image.DebugAsync("cat /etc/shadow")).Should().Be("root:*:19000:0:99999:7:::\ndebian:$6$salt$hash:19001:0:99999:7:::\n");
        (await image.DebugAsync("stat /etc/shadow")).Should().MatchRegex(@"Mode:\s+0640");
    }
}
