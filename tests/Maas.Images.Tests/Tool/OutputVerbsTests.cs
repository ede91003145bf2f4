using Maas.Images.Tests.Outputs;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Tool;

/// <summary>Where the tool writes: through links, into pipes, onto devices with --force, and never over a file in use.</summary>
public sealed class OutputVerbsTests(ToolBench bench) : IClassFixture<ToolBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> WritingVerbs =>
    [
        "convert $disk {0}", "build-iso $tree {0}", "build-ext4 $tree {0}", "build-squashfs $tree {0}", "build-fat $plain {0}",
        "build-disk $root.ext4 {0} --systemd-boot $boot.efi",
        "seed {0} --instance-id i-1",
        "patch-iso $live.iso isolinux/txt.cfg=$new --output {0}",
    ];

    [Theory]
    [MemberData(nameof(WritingVerbs))]
    public async Task Every_verb_writes_through_a_link_and_refuses_a_block_device(string verb)
    {
        Judge.RequireRoot();
        await Tools.ShellAsync(
            bench.Path,
            "mkdir -p plain && cp new plain && rm -f link target block out.partial && ln -s target link && mknod block b 240 77 && " +
            "echo mine >out.partial");

        await bench.RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, verb, "$link"));
        var refused = await bench.RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, verb, "$block"));

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("is a block device");
        (await Tools.ShellAsync(bench.Path, "stat -c %F link block")).Split('\n').Should().Equal("symbolic link", "block special file", "");
        new FileInfo(bench["target"]).Length.Should().BeGreaterThan(1000);
        (await Tools.ShellAsync(bench.Path, "cat out.partial")).Should().Be("mine\n");
    }

    [Fact]
    public async Task A_disk_is_written_to_a_device_with_force_and_not_without()
    {
        await Tools.ShellAsync(bench.Path, "truncate -s 80M medium");
        await using (var device = await LoopDevice.AttachAsync(bench["medium"]))
        {
            (await bench.RunAsync($"convert $disk.qcow2 {device.Path}")).Error.Should().Contain("is a block device");
            await bench.RunAsync($"convert $disk.qcow2 {device.Path} --force");
            (await bench.DoAsync($"cat {device.Path}:2/etc/hostname")).Should().Be("before\n");
            (await bench.RunAsync($"grow {device.Path} 80M")).Error.Should().Contain("is a block device");
            File.Exists($"{device.Path}.edit").Should().BeFalse();
        }

        await Tools.ShellAsync(bench.Path, "cmp -n $(stat -c %s disk) disk medium");
    }

    [Fact]
    public async Task Standard_output_takes_an_image_and_nothing_else()
    {
        await Tools.ShellAsync(
            bench.Path,
            $"'{ToolBench.Program}' convert disk.qcow2 /dev/stdout | cmp - disk && '{ToolBench.Program}' convert disk.qcow2 " +
            $"/dev/stdout >stdout && cmp stdout disk && printf before >all && '{ToolBench.Program}' convert disk.qcow2 /dev/stdout " +
            ">>all && tail -c +7 all | cmp - disk");
    }

    [Fact]
    public async Task A_pipe_is_no_image_and_does_not_hold_the_tool()
    {
        await Tools.ShellAsync(bench.Path, "rm -f pipe && mkfifo pipe");

        foreach (var line in (string[])["info $pipe", "ls $pipe", "convert $pipe $out", "put $pipe $new /file"])
        {
            var said = await bench.RunAsync(line);
            said.ExitCode.Should().Be(1, line);
            said.Error.Should().Contain("is a pipe");
        }
    }

    [Fact]
    public async Task The_image_of_a_running_machine_is_left_alone()
    {
        await Tools.ShellAsync(bench.Path, "cp disk.qcow2 running.qcow2");
        await using (await QemuHold.OpenAsync(bench["running.qcow2"], "qcow2", Cancel))
        {
            foreach (var line in (string[])
            [
                "put $running.qcow2:2 $new /file",
                "grow $running.qcow2 90M",
                "rm $running.qcow2:2 /etc/hostname",
                "convert $disk $running.qcow2"
            ])
            {
                var said = await bench.RunAsync(line);
                said.ExitCode.Should().Be(1, line);
                said.Error.Should().Contain("in use by another program");
            }
        }

        await Tools.ShellAsync(bench.Path, "cmp disk.qcow2 running.qcow2");
    }
}
