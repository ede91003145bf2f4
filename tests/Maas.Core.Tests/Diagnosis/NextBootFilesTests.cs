using Maas.Core.Accounts;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;

namespace Maas.Core.Tests.Diagnosis;

/// <summary>What a machine would receive next, compared with what it received last and with another machine's.</summary>
public class NextBootFilesTests
{
    private static readonly Uri Server = new("http://maas.lab/MAAS");
    private static readonly MachineActor Admin = new("admin", true);

    [Fact]
    public async Task A_script_is_compared_with_the_one_that_the_machine_received_last()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync("52:54:00:00:00:02");
        var files = new NextBootFiles(test.Core.ReceivedBootFiles, new Boot(), new Answers());

        var first = await files.ReadAsync(machine, new NextBootQuery(Server, Admin));
        first.Requests.Should().HaveCount(2);
        first.Files.Should().Equal(new NextBootFile("iPXE script", $"#!ipxe\nboot {machine.Hostname}\n", null));
        await test.Core.ReceivedBootFiles.RecordAsync(machine, "iPXE script", "#!ipxe\nexit 1\n");
        var next = (await files.ReadAsync(machine, new NextBootQuery(Server, Admin))).Files.Should().ContainSingle().Subject;

        next.Change.Should().Be(
            $"--- received last\n+++ next\n@@ -1,2 +1,2 @@\n #!ipxe\n-exit 1\n+boot {machine.Hostname}\n");
        next.ReceivedAt.Should().Be(test.Clock.GetUtcNow());
        await test.Core.ReceivedBootFiles.RecordAsync(machine, "iPXE script", next.Text!);
        (await files.ReadAsync(machine, new NextBootQuery(Server, Admin))).Files[0].Change.Should().BeEmpty();
    }

    [Fact]
    public async Task What_an_earlier_owner_received_is_shown_to_administrators_only()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync("52:54:00:00:00:02");
        var files = new NextBootFiles(test.Core.ReceivedBootFiles, new Boot(), null);
        await test.Core.ReceivedBootFiles.RecordAsync(machine with { Owner = "bob" }, "iPXE script", "bob's");

        (await ChangeAsync(new MachineActor("eve", false))).Should().BeNull();
        (await ChangeAsync(new MachineActor("bob", false))).Should().Contain("-bob's");
        (await ChangeAsync(Admin)).Should().Contain("-bob's");

        async Task<string?> ChangeAsync(MachineActor actor) =>
            (await files.ReadAsync(machine, new NextBootQuery(Server, actor))).Files[0].Change;
    }

    [Fact]
    public async Task Answer_files_of_a_recipe_are_compared_with_another_machines_and_name_the_address_that_machines_reach()
    {
        await using var test = await TestCore.OpenAsync();
        var (machine, other) = (await test.ReadyAsync("52:54:00:00:00:02"), await test.ReadyAsync("52:54:00:00:00:03"));
        var query = new NextBootQuery(Server, Admin) { Recipe = "debian/bookworm", ComparedTo = other };

        var preview = await new NextBootFiles(test.Core.ReceivedBootFiles, new Boot(), new Answers()).ReadAsync(machine, query);

        preview.Files.Select(file => file.Name).Should().Equal("iPXE script", "preseed.cfg", "broken.cfg");
        preview.Files[1].Text.Should().Be($"debian/bookworm for {machine.Hostname} by http://10.0.0.1:5240/MAAS\n");
        preview.Files[1].Change.Should().StartWith($"--- {other.Fqdn}\n+++ {machine.Fqdn}\n")
            .And.Contain($"-debian/bookworm for {other.Hostname}");
        preview.Files[2].Should().Be(new NextBootFile("broken.cfg", null, "line 1 is wrong"));
        var without = await new NextBootFiles(test.Core.ReceivedBootFiles, null, new Answers()).ReadAsync(machine, query);
        without.Files[0].Text.Should().Contain(" by http://maas.lab/MAAS");
        without.Requests.Should().BeEmpty();
    }

    private sealed class Boot : IBootPreview
    {
        public Task<IReadOnlyList<BootPreviewEntry>> PreviewAsync(Machine machine, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<BootPreviewEntry>>(
            [
                new BootPreviewEntry("BIOS PXE", "undionly.kpxe by TFTP", "a rule"),
                new BootPreviewEntry("iPXE script", "local disk", "a rule") { Text = $"#!ipxe\nboot {machine.Hostname}\n" },
            ]);

        public Uri FindServerAddress(Machine machine) => new("http://10.0.0.1:5240/MAAS");
    }

    private sealed class Answers : IAnswerFiles
    {
        public Task<AnswerFileResult> WriteAsync(
            Machine machine, string? name, Uri server, MachineToken? token, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("A preview writes no file with secrets.");

        public Task<IReadOnlyList<AnswerFilePreview>> PreviewAllAsync(
            Machine machine, string? recipe, Uri server, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<AnswerFilePreview>>(
            [
                new AnswerFilePreview(
                    "preseed.cfg",
                    new AnswerFileResult.Written(
                        "preseed.cfg", $"{recipe} for {machine.Hostname} by {server.AbsoluteUri}\n", "text/plain")),
                new AnswerFilePreview("broken.cfg", new AnswerFileResult.Failed("line 1 is wrong")),
            ]);
    }
}
