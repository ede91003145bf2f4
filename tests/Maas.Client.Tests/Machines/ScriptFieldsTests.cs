using Maas.Client.Machines;

namespace Maas.Client.Tests.Machines;

public class ScriptFieldsTests
{
    [Fact]
    public void Release_scripts_their_values_and_the_erasure_are_written_as_MAAS_reads_them() =>
        FieldsOf(new ReleaseFields
        {
            Erase = true, QuickErase = true, Scripts = ["restore-bios", "wipe-disks"], Comment = "sold",
            ScriptValues = new Dictionary<string, string> { ["restore-bios_profile"] = "factory" },
        }).Should().Equal(
            "erase=true", "quick_erase=true", "scripts=restore-bios,wipe-disks", "comment=sold", "restore-bios_profile=factory");

    [Fact]
    public void Scripts_of_commissioning_and_testing_and_their_values_are_written_as_MAAS_reads_them()
    {
        FieldsOf(new CommissionFields
        {
            CommissioningScripts = [], TestingScripts = ["cpu-load", "none"], SkipBmcConfig = true,
            ScriptValues = new Dictionary<string, string> { ["runtime"] = "600" },
        }).Should().Equal("commissioning_scripts=", "testing_scripts=cpu-load,none", "skip_bmc_config=true", "runtime=600");
        FieldsOf(new CommissionFields()).Should().BeEmpty();
        FieldsOf(new ReleaseFields()).Should().BeEmpty();
    }

    private static IEnumerable<string> FieldsOf(IMaasFields fields)
    {
        var form = new MaasForm().Add(fields);
        return form.Fields.Select(field => $"{field.Key}={field.Value}");
    }
}
