using Maas.Core.Nodes;

namespace Maas.Core.Tests.Nodes;

/// <summary>What machines received last: one of each name, bounded, and deleted with the machine.</summary>
public class ReceivedBootFilesTests
{
    [Fact]
    public async Task A_file_replaces_the_one_of_its_name_and_the_same_text_writes_nothing()
    {
        await using var test = await TestCore.OpenAsync();
        var (machine, files) = (await test.ReadyAsync("52:54:00:00:00:02"), test.Core.ReceivedBootFiles);
        await files.RecordAsync(machine, "iPXE script", "one");
        var first = (await files.ListAsync(machine.Id)).Should().ContainSingle().Subject;
        test.Clock.Advance(TimeSpan.FromHours(1));

        await files.RecordAsync(machine, "iPXE script", "one");
        (await files.ListAsync(machine.Id)).Should().Equal(first);
        await files.RecordAsync(machine, "iPXE script", "two");
        await files.RecordAsync(machine with { Owner = "bob" }, "preseed.cfg", "three");

        (await files.ListAsync(machine.Id)).Select(file => (file.Name, file.Text, file.Owner, file.At)).Should().Equal(
            ("iPXE script", "two", machine.Owner, first.At.AddHours(1)), ("preseed.cfg", "three", "bob", first.At.AddHours(1)));
    }

    [Fact]
    public async Task Files_are_bounded_and_deleted_with_their_machine()
    {
        await using var test = await TestCore.OpenAsync();
        var (machine, files) = (await test.ReadyAsync("52:54:00:00:00:02"), test.Core.ReceivedBootFiles);
        await files.RecordAsync(machine, "long", new string('x', ReceivedBootFiles.LongestText + 1));
        for (var file = 0; file < ReceivedBootFiles.MostFiles + 4; file++) await files.RecordAsync(machine, $"file {file:00}", "text");
        (await files.ListAsync(machine.Id)).Should().HaveCount(ReceivedBootFiles.MostFiles).And.NotContain(file => file.Name == "long");

        (await test.Machines.DeleteAsync(machine.Id, null)).Should().BeOfType<CommandResult.Done>();

        (await files.ListAsync(machine.Id)).Should().BeEmpty();
    }
}
