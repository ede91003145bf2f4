using Maas.Boot.Scripts;

namespace Maas.Boot.Tests.Scripts;

public class BootScriptNameTests
{
    [Theory]
    [InlineData("ipxe/52-54-00-12-34-56", BootScriptDialect.Ipxe)]
    [InlineData("pxelinux.cfg/01-52-54-00-12-34-56", BootScriptDialect.Pxelinux)]
    [InlineData("grub/grub.cfg-01-52-54-00-12-34-56", BootScriptDialect.Grub)]
    public void Each_boot_program_has_its_name_for_a_machine(string name, BootScriptDialect dialect)
    {
        BootScriptName.TryParse(name, out var script).Should().BeTrue();
        script.Should().Be(new BootScriptName(dialect, HardwareAddress.Parse("52:54:00:12:34:56")));
        script.ToString().Should().Be(name);
        BootScriptName.TryParse(name.ToUpperInvariant(), out var upper).Should().BeTrue();
        upper.Should().Be(script);
    }

    [Theory]
    [InlineData("grub/grub.cfg-52:54:00:12:34:56", BootScriptDialect.Grub)] // MAAS's own grub.cfg, by ${net_default_mac}
    [InlineData("pxelinux.cfg/01-52:54:00:12:34:56", BootScriptDialect.Pxelinux)]
    [InlineData("ipxe/52:54:00:12:34:56", BootScriptDialect.Ipxe)]
    public void A_machines_address_may_be_written_with_colons(string name, BootScriptDialect dialect)
    {
        BootScriptName.TryParse(name, out var script).Should().BeTrue();
        script.Should().Be(new BootScriptName(dialect, HardwareAddress.Parse("52:54:00:12:34:56")));
    }

    [Theory]
    [InlineData("ipxe/")]
    [InlineData("ipxe/52-54-00-12-34")]
    [InlineData("ipxe/52-54-00-12-34-56-78")]
    [InlineData("ipxe/52-54-00-12-34-56/x")]
    [InlineData("ipxe/52-54-00-12-34-zz")]
    [InlineData("pxelinux.cfg/default")]
    [InlineData("pxelinux.cfg/0A4D0001")]
    [InlineData("pxelinux.cfg/6b1c2f3e-0000-0000-0000-000000000000")]
    [InlineData("pxelinux.cfg/06-52-54-00-12-34-56")]
    [InlineData("grub/grub.cfg")]
    [InlineData("52-54-00-12-34-56")]
    public void Other_names_are_the_applications(string name) => BootScriptName.TryParse(name, out _).Should().BeFalse();
}
