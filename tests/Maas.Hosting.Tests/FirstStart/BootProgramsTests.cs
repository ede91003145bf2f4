using System.Text.RegularExpressions;
using Maas.Boot;
using Maas.Boot.Scripts;
using Maas.Images.Debian;

namespace Maas.Hosting.Tests.FirstStart;

public partial class BootProgramsTests
{
    private static readonly BootInstruction[] Instructions =
        [new BootInstruction.LocalDisk(), new BootInstruction.PowerOff(), new BootInstruction.Program("given.efi"),
        new BootInstruction.Kernel("given", ["given.gz"], "quiet")];

    [Fact]
    public void Every_file_that_a_boot_script_names_by_itself_is_imported()
    {
        var imported = BootPrograms.Defaults.Select(program => program.Name).ToHashSet(StringComparer.Ordinal);
        var named = from dialect in Enum.GetValues<BootScriptDialect>()
                    from instruction in Instructions
                    from Match match in FileName().Matches(BootScript.Write(dialect, instruction))
                    where !match.Value.StartsWith("given", StringComparison.Ordinal)
                    select match.Value;

        named.Distinct().Should().Contain("poweroff.c32").And.OnlyContain(name => imported.Contains(name));
    }

    [GeneratedRegex(@"[\w-]+\.(c32|efi|0|kpxe|lkrn|mod)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileName();
}
