using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Partitions;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Tool;

/// <summary>The tool behaves as a tool of Unix: signals end it, names are bytes, and nothing in an image steers the terminal.</summary>
public sealed class MannersTests(ToolBench bench) : IClassFixture<ToolBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_signal_ends_it_with_its_code_and_without_a_trace(string signal, int code)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/file");
        // A shell ignores SIGINT for what it starts in the background, and programs inherit that: this test may itself run so.
        using var tool = Judge.Start(
            "env", ["--default-signal", ToolBench.Program, "import", "url", bench[$"library-{signal}"], new string('0', 64), address]);
        using var connection = await server.AcceptSocketAsync(Cancel); // it waits for an answer now, for ever

        await Tools.ShellAsync(bench.Path, string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {tool.Id}"));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        await tool.WaitForExitAsync(patience.Token);

        tool.ExitCode.Should().Be(code);
        (await tool.StandardError.ReadToEndAsync(Cancel)).Should().NotContain("Unhandled").And.NotContain("   at ");
    }

    [Fact]
    public async Task Nothing_of_an_image_steers_the_terminal()
    {
        const string Escape = "\u001b[31mred\u009b0m";
        Directory.CreateDirectory(bench["hostile/etc"]);
        await bench.WriteAsync("hostile/etc/os-release", $"ID=debian\nPRETTY_NAME=\"{Escape}\"\n");
        await bench.WriteAsync($"hostile/{Escape}", "content");
        await new Ext4Builder { Label = "\u001b]0;owned" }.BuildAsync(
            new FolderTree(bench["hostile"]), bench["hostile.ext4"], null, Cancel);
        var disk = new DiskBuilder();
        await using (var root = File.OpenRead(bench["hostile.ext4"]))
        {
            disk.Add(new() { Type = PartitionTypes.LinuxRootX64, Name = Escape }, root);
            using var image = await DiskImage.OpenAsync(disk.Build(), null, Cancel);
            await image.WriteRawAsync(bench["hostile.disk"], null, Cancel);
        }

        foreach (var line in (string[])
        [
            "info $hostile.disk", "info $hostile.ext4", "ls -R $hostile.disk:1", $"cat $hostile.disk:1 {Escape}x"
        ])
        {
            var said = await bench.RunAsync(line);
            (said.Output + said.Error).Where(character => char.IsControl(character) && character != '\n').Should().BeEmpty(line);
        }

        (await bench.DoAsync("info $hostile.disk")).Should().Contain("?[31mred?0m").And.Contain("?]0;owned");
    }

    [Fact]
    public async Task A_file_whose_name_is_not_UTF8_is_named_on_the_command_line()
    {
        var tool = ToolBench.Program;
        await Tools.ShellAsync(
            bench.Path, "mkdir raw && printf one >\"raw/$(printf 'caf\\351')\" && printf two >\"raw/$(printf 'caf\\352')\"");
        await bench.DoAsync("build-ext4 $raw $raw.ext4");

        (await Tools.ShellAsync(
            bench.Path, $"'{tool}' cat raw.ext4 \"$(printf 'caf\\351')\" && '{tool}' cat raw.ext4 \"$(printf 'caf\\352')\"")).Should()
            .Be("onetwo");
        await Tools.ShellAsync(
            bench.Path, $"'{tool}' rm raw.ext4 \"$(printf 'caf\\351')\" && '{tool}' put raw.ext4 new \"$(printf 'n\\377w')\"");

        (await Tools.RunAsync("e2fsck", "-fn", bench["raw.ext4"])).Should().NotBeEmpty();
        (await Tools.ShellAsync(
            bench.Path,
            $"'{tool}' extract raw.ext4 / raw-out && rm -r raw-out/lost+found && rm \"raw/$(printf 'caf\\351')\" && cp new " +
            "\"raw/$(printf 'n\\377w')\" && diff -r raw raw-out"))
            .Should().StartWith("2 files");
        await Tools.ShellAsync(bench.Path, "rm -r raw raw-out"); // .NET cannot remove what it cannot name
    }

    [Fact]
    public async Task A_name_that_begins_with_an_at_sign_is_a_name()
    {
        Directory.CreateDirectory(bench["at/@home"]);
        await bench.WriteAsync("at/@home/file", "content");
        await bench.DoAsync("build-ext4 $at $at.ext4");

        (await bench.DoAsync("ls $at.ext4 @home")).Should().Contain("file");
        (await bench.DoAsync("cat $at.ext4 @home/file")).Should().Be("content");
    }

    [Fact]
    public async Task Info_of_a_partition_tells_of_that_alone() =>
        (await bench.DoAsync("info $disk:2")).Should().Contain("ext4").And.Contain("Debian").And.NotContain("GPT").And.NotContain("fat");

    [Fact]
    public async Task What_extract_leaves_out_is_counted_and_said_in_its_help()
    {
        Judge.RequireRoot();
        await Tools.ShellAsync(bench.Path, "mkdir special && mkfifo special/pipe && mknod special/null c 1 3 && echo >special/file");
        await bench.DoAsync("build-ext4 $special $special.ext4");

        (await bench.DoAsync("extract $special.ext4 / $special-out")).Should().StartWith("1 files").And.Contain(
            "2 device nodes, pipes and sockets left out");
        (await bench.DoAsync("extract --help")).Should().Contain("set-user-id").And.Contain("extended attributes").And.Contain(
            "hard links");
    }

    [Fact]
    public async Task The_help_of_a_verb_is_the_same_every_time() =>
        (await bench.DoAsync("build-disk --help")).Should().Be(await bench.DoAsync("build-disk --help"));

    [Fact]
    public async Task A_damaged_file_is_named_by_its_path()
    {
        await bench.WriteAsync("plain-file", new string('x', 300_000));
        Directory.CreateDirectory(bench["packed/sub"]);
        File.Copy(bench["plain-file"], bench["packed/sub/victim"]);
        await bench.DoAsync("build-squashfs $packed $packed.squashfs");
        await using (var file = new FileStream(bench["packed.squashfs"], FileMode.Open))
        {
            file.Position = 96 + 8; // the first block of data
            await file.WriteAsync(new byte[64], Cancel);
        }

        foreach (var line in (string[])["extract $packed.squashfs / $packed-out", "cat $packed.squashfs sub/victim"])
        {
            var said = await bench.RunAsync(line);
            said.ExitCode.Should().Be(1, line);
            said.Error.Should().Contain("sub/victim: squashfs");
        }
    }
}
