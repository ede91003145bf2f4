using Maas.Boot.Scripts;

namespace Maas.Boot.Tests.Scripts;

public class CustomScriptTests
{
    [Theory]
    [InlineData("#!ipxe\nshell\n", "#!ipxe\nshell\n")]
    [InlineData("shell\n", "#!ipxe\nshell\n")]
    public void An_iPXE_script_of_the_application_is_sent_as_it_is(string text, string sent) =>
        BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.Script(text)).Should().Be(sent);

    [Theory]
    [InlineData(BootScriptDialect.Grub)]
    [InlineData(BootScriptDialect.Pxelinux)]
    public void Other_boot_programs_get_no_file(BootScriptDialect dialect) =>
        FluentActions.Invoking(() => BootScript.Write(dialect, new BootInstruction.Script("#!ipxe\nshell\n")))
            .Should().Throw<BootScriptException>().WithMessage("*iPXE script*");
}
