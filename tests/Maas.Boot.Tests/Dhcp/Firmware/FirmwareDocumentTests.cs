using Maas.Judges;

namespace Maas.Boot.Tests.Dhcp.Firmware;

public class FirmwareDocumentTests
{
    [Fact]
    public void Every_row_of_the_firmware_table_names_a_test_that_exists()
    {
        var tests = typeof(FirmwareDocumentTests).Assembly.GetTypes().SelectMany(t => t.GetMethods()).Select(m => m.Name).ToHashSet();
        var rows = File.ReadLines(Repository.PathOf("docs/reference/firmware.md")).Where(l => l.StartsWith('|')).Skip(2).ToList();
        rows.Should().NotBeEmpty();
        foreach (var row in rows)
            tests.Should().Contain(row.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1].Trim('`'));
    }
}
