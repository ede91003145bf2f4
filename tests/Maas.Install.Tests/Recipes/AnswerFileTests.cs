using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Maas.Install.Recipes;
using Maas.Install.Templates;
using Maas.Judges;
using YamlDotNet.Serialization;
using static Maas.Install.Tests.Recipes.SampleFiles;

namespace Maas.Install.Tests.Recipes;

/// <summary>The answer files of the built-in templates, read by the programs that their formats belong to.</summary>
public class AnswerFileTests
{
    private const string Crypted = "$6$rounds=5000$salt$hash/with.dots";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Debconf_accepts_the_preseed()
    {
        var preseed = Write(Debian.With(("late_command", "in-target true")));
        (await Judge.RunAsync("debconf-set-selections", ["--checkonly"], preseed, Token)).Approved().Error.Should().BeEmpty();
        preseed.Should().ContainAll(
            "d-i mirror/http/hostname string deb.debian.org\n", "d-i mirror/http/directory string /debian\n",
            "d-i passwd/user-password-crypted password !\n", "d-i netcfg/get_hostname string web-1\n");
    }

    [Fact]
    public async Task The_commands_of_the_preseed_and_the_script_that_they_fetch_are_shell()
    {
        foreach (var recipe in (InstallRecipe[])
            [Debian, Debian.With(("late_command", "in-target true"), ("early_command", "anna-install x"), ("ssh_password_login", true))])
        {
            var commands = Write(recipe).Split('\n')
                .Where(line => line.Contains("_command string ", StringComparison.Ordinal)).Select(line => line.Split(' ', 4)[3]).ToList();
            commands.Should().HaveCount(3);
            foreach (var script in (string[])[.. commands, Write(recipe, "debian/installer")])
            {
                (await Judge.RunAsync("busybox", ["ash", "-n"], script, Token)).Approved();
                (await Judge.RunAsync("dash", ["-n"], script, Token)).Approved();
            }
        }
    }

    [Fact]
    public void The_commands_of_the_preseed_contain_no_key_because_the_installer_logs_them() =>
        Write(Debian).Split('\n').Where(line => line.Contains("_command ", StringComparison.Ordinal)).Should().NotBeEmpty()
            .And.NotContain(
                line => line.Contains("secret-1", StringComparison.Ordinal) || line.Contains("token-1", StringComparison.Ordinal));

    [Fact]
    public async Task The_first_command_of_the_preseed_sets_the_clock_fetches_the_script_with_the_key_and_runs_it()
    {
        var command = Write(Debian).Split('\n').Single(line => line.StartsWith("d-i preseed/early_command ", StringComparison.Ordinal))
            .Split(' ', 4)[3];
        var authorization = Write(Debian).Split('\n').Single(line => line.StartsWith("d-i maas/authorization ", StringComparison.Ordinal))
            .Split(' ', 4)[3];
        var script = "debconf-get() { [ $1 = maas/authorization ] && printf '%s' " + Maas.Install.Quoting.Quote.Shell(authorization)
            + "; }\ndebconf-set() { echo \"debconf-set $*\"; }\nsh() { echo \"sh $*\"; }\nwget() { printf '<%s>' \"$@\"; echo; }\n"
            + "date() { [ $1 = +%s ] && echo 100 || echo \"date $*\"; }\n" + command + "\n";
        var printed = (await Judge.RunAsync("bash", [], script, Token)).Approved().Output.Split('\n');
        printed[0].Should().MatchRegex("^date -s @-?[0-9]+$");
        printed[1].Should().MatchRegex(
            "<--header><Authorization: OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", "
            + "oauth_consumer_key=\"consumer-1\", oauth_token=\"token-1\", oauth_signature=\"%26secret-1\", oauth_nonce=\"[0-9a-f-]{36}\", "
            + "oauth_timestamp=\"100\"><http://10.0.0.1:5240/MAAS/metadata/latest/install-files/installer.sh>$");
        printed[2..4].Should().Equal("debconf-set maas/authorization used", "sh /tmp/maas-installer early");
    }

    [Fact]
    public void A_preseed_whose_continued_line_would_swallow_the_next_question_is_refused()
    {
        const string Mark = "#_preseed_V1\n";
        foreach (var text in (string[])
            ["d-i a/b string x \\\n  \nd-i c/d string y\n", "d-i a/b string x \\\n#\nd-i c/d string y\n", "d-i a/b string x\\\n  y\\\n",
                "d-i a/b\n"])
        {
            Of(Mark + text).Should().BeOfType<TemplateResult.Failed>().Which.Error.Reason.Should().Contain("ine 2 of the preseed");
            Of(text).Should().BeOfType<TemplateResult.Rendered>("it is no preseed");
        }

        Of($"{Mark}\n# x \\\nd-i a/b string x \\\n  y \\\n  z\n\nd-i c/d boolean true\nd-i e/f string\n").Should()
            .BeOfType<TemplateResult.Rendered>();

        static TemplateResult Of(string text) =>
            new TemplateSet(new Dictionary<string, string> { ["x"] = text }).Render("x", new Dictionary<string, object?>());
    }

    [Fact]
    public async Task The_preseed_finds_the_disk_by_its_serial_number_whatever_it_contains()
    {
        foreach (var serial in (string[])["S1", "it's", "a b", "$(touch /tmp/no)", "*", "\"; exit"])
        {
            (await FindDiskAsync(serial, disks: [("sda", "other"), ("sdb", serial)])).Should().Contain(
                "debconf-set partman-auto/disk /dev/sdb");
            (await FindDiskAsync(serial, disks: [("sda", "other")])).Should().Contain("FAILED");
            (await FindDiskAsync(serial, disks: [("sda", serial), ("sdb", serial)])).Should().Contain("FAILED", "it is ambiguous");
        }
    }

    [Fact]
    public void The_default_user_gets_a_crypted_password() => Write(Debian.With(("user_password_crypted", Crypted))).Should().Contain(
        $"d-i passwd/user-password-crypted password {Crypted}\n");

    [Fact]
    public void Password_login_is_enabled_for_ssh_and_for_cloud_init() =>
        Write(Debian.With(("ssh_password_login", true)), "debian/installer").Should().ContainAll(
            "echo 'PasswordAuthentication yes' > /target/etc/ssh/sshd_config.d/10-maas.conf", "ssh_pwauth: true");

    [Fact]
    public async Task Cloud_init_accepts_the_files_of_autoinstall()
    {
        var text = Write(Ubuntu.With(("user_password_crypted", Crypted), ("late_command", "true")), keys: ["ssh-ed25519 AAAA a: #b"]);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, text, Token);
            (await Judge.RunAsync("cloud-init", ["schema", "--config-file", file], null, Token)).Output.Should().NotContain("Error");
        }
        finally
        {
            File.Delete(file);
        }

        var read = new DeserializerBuilder().Build().Deserialize<Dictionary<string, Dictionary<string, object>>>(text)["autoinstall"];
        read["version"].Should().Be("1");
        ((Dictionary<object, object>)read["identity"])["password"].Should().Be(Crypted);
        var late = (List<object>)((List<object>)read["late-commands"])[0];
        (await Judge.RunAsync("dash", ["-n"], (string)late[2], Token)).Approved();
        foreach (var name in (string[])["error-commands", "early-commands"])
            (await Judge.RunAsync("dash", ["-n"], (string)((List<object>)((List<object>)read[name])[0])[2], Token)).Approved();
    }

    [Fact]
    public void An_autoinstall_without_keys_and_packages_has_empty_lists()
    {
        var text = Write(Ubuntu.With(("packages", Array.Empty<string>())));
        var read = new DeserializerBuilder().Build().Deserialize<Dictionary<string, Dictionary<string, object>>>(text)["autoinstall"];
        ((List<object>)read["packages"]).Should().BeEmpty();
        ((List<object>)((Dictionary<object, object>)read["ssh"])["authorized-keys"]).Should().BeEmpty();
    }

    [Fact]
    public async Task The_scripts_of_the_kickstart_file_are_shell_and_its_sections_end()
    {
        var text = Write(Rocky.With(("late_command", "true"), ("ssh_password_login", true)), keys: ["ssh-ed25519 AAAA it's #1"]);
        var sections = text.Split("\n%").Skip(1).ToList();
        sections.Select(section => section.Split([' ', '\n'], 2)[0]).Should().Equal(
            "include", "pre", "end", "packages", "end", "post", "end", "onerror", "end");
        foreach (var script in sections.Where(section => section.Split([' ', '\n'], 2)[0] is "pre" or "post" or "onerror"))
            (await Judge.RunAsync("bash", ["-n"], script[(script.IndexOf('\n') + 1)..], Token)).Approved();
        text.Should().Contain("sshkey --username='cloud-user' 'ssh-ed25519 AAAA it'\"'\"'s #1'\n");
    }

    [Fact]
    public async Task Ignition_accepts_its_files()
    {
        foreach (var recipe in (InstallRecipe[])[CoreOS, Flatcar])
        {
            foreach (var keys in (string[][])[[], ["ssh-ed25519 AAAA \"a\""], ["ssh-ed25519 AAAA a", "ssh-rsa BBBB b"]])
            {
                var live = Write(recipe, keys: keys);
                (await ValidateIgnitionAsync(live)).Approved();
                (await ValidateIgnitionAsync(FileIn(live, "/etc/maas-system.ign"))).Approved();
                var system = FileIn(live, "/etc/maas-system.ign");
                FileIn(system, "/etc/hostname").Should().Be("web-1");
                foreach (var script in (string[])[FileIn(live, "/etc/maas-install.sh"), FileIn(system, "/etc/maas-report.sh")])
                    (await Judge.RunAsync("bash", ["-n"], script, Token)).Approved();
            }
        }
    }

    [Fact]
    public async Task An_XML_parser_accepts_the_unattend_file()
    {
        var recipe = WindowsServer.With(("administrator_password", Hostile), ("product_key", "AAAAA-BBBBB"));
        var text = Write(recipe);
        (await Judge.RunAsync("xmllint", ["--noout", "-"], text, Token)).Approved();
        XNamespace unattend = "urn:schemas-microsoft-com:unattend";
        XDocument.Parse(text).Descendants(unattend + "AdministratorPassword").Single().Element(unattend + "Value")!.Value
            .Should().Be(Hostile);
        foreach (var file in recipe.Files) Write(recipe, file.Template).Should().NotBeEmpty();
    }

    [Fact]
    public void Hostile_values_stay_values_in_every_file()
    {
        foreach (var recipe in (InstallRecipe[])[Debian, Ubuntu, Rocky, CoreOS, Flatcar, WindowsServer])
        {
            var hostile = recipe with
            {
                Parameters = recipe.Parameters.ToDictionary(
                    each => each.Key,
                    each => each.Value is string && !each.Key.EndsWith("_command", StringComparison.Ordinal) ? Hostile : each.Value),
            };
            foreach (var file in recipe.Files)
            {
                Write(hostile, file.Template).Should().NotContain($"\n{Hostile}");
                var broken = hostile with
                {
                    Parameters = hostile.Parameters.ToDictionary(
                        each => each.Key,
                        each => Equals(each.Value, Hostile) ? "a\nd-i preseed/late_command string reboot\n%post" : each.Value),
                };
                // a line of its own is refused, or escaped
                if (Render(broken, file.Template) is TemplateResult.Rendered { Text: var text })
                    text.Should().NotContain("\nd-i preseed/late_command string reboot").And.NotContain("\n%post\n");
            }
        }
    }

    [Fact]
    public void A_preview_shows_no_secret()
    {
        foreach (var recipe in (InstallRecipe[])[Debian, Ubuntu, Rocky, CoreOS, Flatcar, WindowsServer])
        {
            var secret = recipe.With(
                ("user_password_crypted", "CANARY-1"), ("administrator_password", "CANARY-2"), ("share_password", "CANARY-3"));
            foreach (var file in recipe.Files)
            {
                var preview = Render(secret, file.Template, preview: true).Should().BeOfType<TemplateResult.Rendered>().Which.Text;
                preview.Should().NotContainAny("CANARY", "consumer-1", "token-1", "secret-1");
                DecodedIn(preview).Should().NotContainAny("CANARY", "consumer-1", "token-1", "secret-1");
            }
        }
    }

    [Fact]
    public void Boot_parameters_are_filled_in()
    {
        var places = new InstallerPlaces
        {
            Answers = new Uri("http://10.0.0.1:5240/MAAS/metadata/latest/install/abc"),
            Files = new Uri("http://10.0.0.1:5240/MAAS/boot/"),
            Server = "10.0.0.1",
            Hostname = "web-1",
            Domain = "maas",
            Mac = "52-54-00-12-34-56",
            Options = "console=ttyS0",
        };
        Debian.Boot.At(places).Should().BeOfType<InstallerBoot.Kernel>().Which.CommandLine.Should().Be(
            "auto=true priority=critical url=http://10.0.0.1:5240/MAAS/metadata/latest/install/abc/preseed.cfg interface=auto "
            + "netcfg/no_default_route=true netcfg/get_nameservers=10.0.0.1 BOOTIF=01-52-54-00-12-34-56 hostname=web-1 domain=maas "
            + "log_host=10.0.0.1 log_port=514 console=ttyS0");
        Ubuntu.Boot.At(places).Should().BeOfType<InstallerBoot.Kernel>().Which.CommandLine.Should().Contain(
            "ds=nocloud-net;s=http://10.0.0.1:5240/MAAS/metadata/latest/install/abc/ ");
        WindowsServer.Boot.At(places).Should().BeOfType<InstallerBoot.IpxeScript>().Which.Text.Should().Contain(
            "kernel http://10.0.0.1:5240/MAAS/boot/windows/wimboot\n");
        foreach (var hostile in (string[])["a b", "a\nb", "a;reboot", "${a}", "{server}"])
            Debian.Boot.Invoking(boot => boot.At(places with { Hostname = hostile })).Should().Throw<ArgumentException>();
        Debian.Boot.Invoking(boot => boot.At(places with { Options = "a\nb" })).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_catalog_finds_the_recipe_of_a_name()
    {
        var catalog = new RecipeCatalog([Debian, Ubuntu, Debian with { Architecture = "arm64" }]);
        catalog.Choose("debian", "bookworm", "amd64/generic").Should().Be("debian/bookworm");
        catalog.Choose("", "bookworm", "arm64/generic").Should().Be("debian/bookworm");
        catalog.Choose("", "debian/bookworm", "amd64/generic").Should().Be("debian/bookworm");
        catalog.Choose("ubuntu", "bookworm", "amd64/generic").Should().BeNull();
        catalog.Choose("debian", "bookworm", "ppc64el/generic").Should().BeNull();
        FluentActions.Invoking(() => new RecipeCatalog([Debian, Debian])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new RecipeCatalog([Debian with { Series = "../x" }])).Should().Throw<ArgumentException>();
    }

    /// <summary>Runs the search for the disk with stand-ins for the installer's commands.</summary>
    private static async Task<string> FindDiskAsync(string serial, (string Name, string Serial)[] disks)
    {
        var text = Render(Debian, "debian/installer", serial: serial).Should().BeOfType<TemplateResult.Rendered>().Which.Text;
        var script = new StringBuilder()
            .Append("list-devices() { echo ").AppendJoin(' ', disks.Select(disk => $"/dev/{disk.Name}")).Append("; }\n")
            .Append("debconf-set() { echo \"debconf-set $*\"; }\nlogger() { echo \"$*\"; }\nwget() { echo \"wget $*\"; }\n")
            .Append("sleep() { exit 0; }\nudevadm() { case $5 in\n");
        foreach (var (name, value) in disks)
            script.Append("/dev/").Append(name).Append(") echo ").Append(Maas.Install.Quoting.Quote.Shell($"ID_SERIAL_SHORT={value}"))
                .Append(" ;;\n");
        script.Append("esac; }\n").Append(text.Replace("\n\"$1\"\n", "\ndisk\n", StringComparison.Ordinal));
        return (await Judge.RunAsync("bash", [], script.ToString(), Token)).Output;
    }

    private static Task<Verdict> ValidateIgnitionAsync(string text) => Judge.RunAsync("ignition-validate", ["-"], text, Token);

    private static string FileIn(string ignition, string path)
    {
        using var json = JsonDocument.Parse(ignition);
        var source = json.RootElement.GetProperty("storage").GetProperty("files").EnumerateArray()
            .Single(file => file.GetProperty("path").GetString() == path).GetProperty("contents").GetProperty("source").GetString()!;
        return Encoding.UTF8.GetString(Convert.FromBase64String(source[(source.IndexOf(',') + 1)..]));
    }

    private static string DecodedIn(string text)
    {
        var decoded = new StringBuilder();
        foreach (var word in text.Split(' ', '"', ',', '<', '>', '\n').Where(word => word.Length > 40))
        {
            var bytes = new byte[word.Length];
            if (!Convert.TryFromBase64String(word, bytes, out var length)) continue;
            var inner = Encoding.UTF8.GetString(bytes.AsSpan(0, length));
            decoded.Append(inner).Append(Encoding.Unicode.GetString(bytes.AsSpan(0, length))).Append(DecodedIn(inner));
        }

        return decoded.ToString();
    }
}
