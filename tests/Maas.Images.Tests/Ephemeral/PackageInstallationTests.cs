namespace Maas.Images.Tests.Ephemeral;

/// <summary>
/// A root archive without a kernel, as MAAS publishes them: which packages the agent installs in the new system, and what it leaves there.
/// </summary>
public sealed class PackageInstallationTests : IDisposable
{
    private const string Raid = "raid\tm0\nmkfs\tm0\txfs\tX\tlabel\nmkfs\td1.1\tfat32\tX\tlabel\ngrub-uefi\tx86_64-efi\n";

    // The agent's part with the new system in a folder, and a chroot that is an apt: it brings a kernel, and shows what it was lent.
    private const string Apt = """
        sed "s#/mnt#$RUN/mnt#g" "$PART" >$RUN/install.sh && . $RUN/install.sh
        uname() { echo x86_64; }
        tell_packages() { :; }
        tell() { :; }
        in_target() {
            echo "$*"
            case $3 in -y)
                cat $RUN/mnt/etc/apt/apt.conf.d/99maas-install $RUN/mnt/usr/sbin/policy-rc.d
                [ ! -e $RUN/no-kernel ] || return 100
                : >$RUN/mnt/boot/vmlinuz-6.8.0 ;;
            esac
        }

        """;

    private readonly AgentShell _shell = new();

    public PackageInstallationTests()
    {
        foreach (var folder in (string[])["boot", "etc", "usr/sbin", "usr/bin"])
            Directory.CreateDirectory(_shell[$"run/mnt/{folder}"]);
        _shell.File(
            "run/cloud-config",
            "apt:\n  proxy: \"http://10.0.0.1:5240/\"\n  conf: \"Acquire::https::Proxy \\u0022DIRECT\\u0022;\"\nnetwork: {proxy: none}");
        _shell.File("run/mnt/etc/resolv.conf", "nameserver 192.0.2.53");
        _shell.File("run/mnt/usr/bin/apt-get", "#!/bin/sh");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_shell["run/mnt/usr/bin/apt-get"], (UnixFileMode)0b111_101_101);
    }

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("ubuntu", Raid, "linux-generic initramfs-tools grub2-common grub-efi-amd64-bin mdadm xfsprogs dosfstools")]
    [InlineData(
        "debian", "vg\tdata\td1.1\nmkfs\tv1\tbtrfs\tX\nmkfs\td1.2\text4\tX\ngrub-bios\td1\n",
        "linux-image-amd64 initramfs-tools grub2-common grub-pc-bin lvm2 btrfs-progs")]
    public async Task The_kernel_the_boot_loader_and_the_programs_of_the_storage_are_installed_by_the_servers_proxy(
        string system, string plan, string packages)
    {
        _shell.File("run/mnt/etc/os-release", $"NAME=any\nID={system}");
        _shell.Write("run/plan", System.Text.Encoding.ASCII.GetBytes(plan));

        var output = await RunAsync("add_packages; add_packages");

        output.Should().Be(
            $"""
            say step=install {packages}
            apt-get -q update
            apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold install {packages}
            Acquire::Retries "3";
            Acquire::http::Proxy "http://10.0.0.1:5240/";
            Acquire::https::Proxy "DIRECT";
            #!/bin/sh
            exit 101
            apt-get -q clean

            """.ReplaceLineEndings("\n"), "the second time there is a kernel");
        Directory.EnumerateFiles(_shell["run/mnt"], "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_shell["run/mnt"], file)).Where(file => !file.StartsWith("run/", StringComparison.Ordinal))
            .Should().BeEquivalentTo("boot/vmlinuz-6.8.0", "etc/os-release", "etc/resolv.conf", "usr/bin/apt-get");
        (await File.ReadAllTextAsync(_shell["run/mnt/etc/resolv.conf"], TestContext.Current.CancellationToken))
            .Should().Be("nameserver 192.0.2.53\n");
    }

    [Fact]
    public async Task Packages_that_cannot_be_installed_fail_the_deployment_and_a_system_of_another_family_does_before()
    {
        _shell.File("run/plan", "grub-bios\td1");
        _shell.File("run/no-kernel", "");
        _shell.File("run/mnt/etc/os-release", "ID=\"ubuntu\"");
        (await RunAsync("add_packages")).Should().EndWith(
            "failed: the packages could not be installed: linux-generic initramfs-tools grub2-common grub-pc-bin\n");
        File.Exists(_shell["run/mnt/usr/sbin/policy-rc.d"]).Should().BeFalse();
        _shell.File("run/mnt/etc/os-release", "ID=fedora");
        (await RunAsync("add_packages")).Should().Be(
            "failed: the archive holds no kernel in /boot, and it is neither Ubuntu nor Debian\n");
    }

    private async Task<string> RunAsync(string lines) =>
        (await _shell.RunAsync($"PART={_shell["lib/maas/install.sh"]}\n{Apt}{lines}")).Output;
}
