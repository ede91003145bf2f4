using CsCheck;
using Maas.Boot.Scripts;

namespace Maas.Boot.Tests.Scripts;

public class BootScriptTests
{
    private static readonly BootScriptDialect[] Dialects = Enum.GetValues<BootScriptDialect>();

    private static readonly BootInstruction.Kernel Installer = new(
        "linux/vmlinuz", ["linux/initrd.gz", "extra.cpio"], "console=ttyS0  quiet");

    [Fact]
    public void IPXE_names_the_disks_for_the_kernels_EFI_stub_and_starts_again_when_a_download_fails() =>
        BootScript.Write(BootScriptDialect.Ipxe, Installer).Should().Be("""
            #!ipxe
            kernel ../linux/vmlinuz initrd=initrd0 initrd=initrd1 console=ttyS0 quiet || goto failed
            initrd --name initrd0 ../linux/initrd.gz || goto failed
            initrd --name initrd1 ../extra.cpio || goto failed
            boot || goto failed
            :failed
            echo Network boot failed; again in 10 seconds
            sleep 10
            reboot

            """);

    [Fact]
    public void Pxelinux_gets_a_label_that_boots_at_once() =>
        BootScript.Write(BootScriptDialect.Pxelinux, Installer).Should().Be("""
            DEFAULT boot
            PROMPT 0
            TIMEOUT 0
            LABEL boot
              LINUX /linux/vmlinuz
              INITRD /linux/initrd.gz,/extra.cpio
              APPEND console=ttyS0 quiet

            """);

    [Fact]
    public void GRUB_gets_every_word_quoted() =>
        BootScript.Write(BootScriptDialect.Grub, Installer).Should().Be("""
            linux '/linux/vmlinuz' 'console=ttyS0' 'quiet'
            initrd '/linux/initrd.gz' '/extra.cpio'
            boot
            echo 'Network boot failed; again in 10 seconds'
            sleep 10
            reboot

            """);

    [Fact]
    public void A_kernel_without_disks_and_words_is_enough()
    {
        var bare = new BootInstruction.Kernel("memtest", [], "");
        BootScript.Write(BootScriptDialect.Ipxe, bare).Should().Contain("kernel ../memtest || goto failed\nboot");
        BootScript.Write(BootScriptDialect.Pxelinux, bare).Should().EndWith("LINUX /memtest\n");
        BootScript.Write(BootScriptDialect.Grub, bare).Should().StartWith("linux '/memtest'\nboot\n");
    }

    [Fact]
    public void The_local_disk_is_left_to_the_firmware_where_the_firmware_can()
    {
        BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.LocalDisk()).Should()
            .Contain("iseq ${platform} efi && exit 1").And.Contain("sanboot --no-describe --drive 0x80 || exit");
        BootScript.Write(BootScriptDialect.Pxelinux, new BootInstruction.LocalDisk()).Should().Contain("LOCALBOOT 0");
        BootScript.Write(BootScriptDialect.Grub, new BootInstruction.LocalDisk()).Should().Be("exit 1\n");
    }

    [Fact]
    public void A_program_is_chained_to()
    {
        BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.Program("bootx64.efi"))
            .Should()
            .StartWith("#!ipxe\nset 210:string /\nchain ../bootx64.efi || goto failed\n");
        BootScript.Write(BootScriptDialect.Pxelinux, new BootInstruction.Program("wdsnbp.com")).Should().Contain("PXE /wdsnbp.com\n");
        BootScript.Write(BootScriptDialect.Grub, new BootInstruction.Program("bootx64.efi"))
            .Should()
            .Contain("chainloader '/bootx64.efi'\n");
    }

    [Fact]
    public void Power_off_keeps_an_iPXE_without_that_command_from_booting_something_else() =>
        BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.PowerOff()).Should().Contain("poweroff ||").And.Contain("goto off");

    [Fact]
    public void IPXE_may_fetch_from_elsewhere_and_the_others_may_not()
    {
        var elsewhere = new BootInstruction.Kernel("http://mirror.example/a b/linux", [], "");
        BootScript.Write(BootScriptDialect.Ipxe, elsewhere).Should().Contain("kernel http://mirror.example/a%20b/linux ||");
        foreach (var dialect in (BootScriptDialect[])[BootScriptDialect.Pxelinux, BootScriptDialect.Grub])
            Writing(dialect, elsewhere).Should().Throw<BootScriptException>();
    }

    [Fact]
    public void Characters_that_an_URL_interprets_are_escaped_in_names_for_iPXE() =>
        BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.Program("a b/c#d?e%f.efi"))
            .Should()
            .Contain("chain ../a%20b/c%23d%3Fe%25f.efi ||");

    [Theory]
    [InlineData("quiet\nkernel evil")]
    [InlineData("quiet\rkernel evil")]
    [InlineData("quiet\0evil")]
    [InlineData("quiet\u001b[2J")]
    [InlineData("quiet\tevil")]
    [InlineData("quiet\u0085evil")]
    [InlineData("quiet\u2028evil")]
    public void A_control_character_in_the_command_line_is_refused_in_every_dialect(string commandLine)
    {
        foreach (var dialect in Dialects)
        {
            Writing(dialect, Installer with { CommandLine = commandLine }).Should().Throw<BootScriptException>()
                .Which.Message.Should().NotContain("evil", "a command line may hold a token");
        }
    }

    [Theory]
    [InlineData("a\nkernel b")]
    [InlineData("../secret")]
    [InlineData("")]
    public void A_name_that_is_no_key_is_refused_in_every_dialect(string name)
    {
        foreach (var dialect in Dialects)
        {
            Writing(dialect, Installer with { KernelFile = name }).Should().Throw<BootScriptException>();
            Writing(dialect, Installer with { InitialRamDisks = [name] }).Should().Throw<BootScriptException>();
            Writing(dialect, new BootInstruction.Program(name)).Should().Throw<BootScriptException>();
        }
    }

    [Theory]
    [InlineData("a ${initrd} b")]
    [InlineData("x=${net0/mac}")]
    [InlineData("a && reboot")]
    [InlineData("a || reboot")]
    [InlineData("a ; reboot")]
    [InlineData("a #b")]
    [InlineData(@"a b\")]
    public void What_iPXE_would_interpret_and_cannot_escape_is_refused(string commandLine) =>
        Writing(BootScriptDialect.Ipxe, Installer with { CommandLine = commandLine }).Should().Throw<BootScriptException>();

    [Theory]
    [InlineData("ds=nocloud-net;s=http://10.0.0.1/")]
    [InlineData("a=b&&c")]
    [InlineData("cost=$5")]
    [InlineData("dyndbg=\"file ec.c +p\"")]
    [InlineData("-- quiet ---")]
    public void What_only_looks_like_a_command_reaches_the_kernel_as_it_is(string commandLine)
    {
        BootScript.Write(BootScriptDialect.Ipxe, Installer with { CommandLine = commandLine }).Should().Contain($" {commandLine} ||");
        BootScript.Write(BootScriptDialect.Pxelinux, Installer with { CommandLine = commandLine })
            .Should()
            .Contain($"APPEND {commandLine}\n");
    }

    [Theory]
    [InlineData("a;reboot", "'a;reboot'")]
    [InlineData("a && reboot", "'a' '&&' 'reboot'")]
    [InlineData("${cmdpath}", "'${cmdpath}'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("'; reboot; '", @"''\'';' 'reboot;' ''\'''")]
    [InlineData(@"back\slash", @"'back\slash'")]
    [InlineData("{a}#b", "'{a}#b'")]
    public void GRUB_takes_anything_in_single_quotes(string commandLine, string quoted) =>
        BootScript.Write(BootScriptDialect.Grub, Installer with { CommandLine = commandLine })
            .Should()
            .StartWith($"linux '/linux/vmlinuz' {quoted}\n");

    [Theory]
    [InlineData("a,b")]
    [InlineData("a b")]
    [InlineData("a'b")]
    [InlineData("a$b")]
    public void A_name_that_would_be_split_is_refused_where_it_cannot_be_escaped(string name)
    {
        foreach (var dialect in (BootScriptDialect[])[BootScriptDialect.Pxelinux, BootScriptDialect.Grub])
            Writing(dialect, Installer with { InitialRamDisks = [name] }).Should().Throw<BootScriptException>();
    }

    [Fact]
    public void A_command_line_longer_than_pxelinux_keeps_is_refused_rather_than_cut() =>
        Writing(BootScriptDialect.Pxelinux, Installer with { CommandLine = new string('a', 2100) }).Should().Throw<BootScriptException>();

    [Fact]
    public void Any_command_line_is_refused_or_stays_on_its_line() =>
        Gen.String.Sample(commandLine =>
        {
            foreach (var dialect in Dialects)
            {
                string script;
                try
                {
                    script = BootScript.Write(dialect, Installer with { CommandLine = commandLine });
                }
                catch (BootScriptException)
                {
                    continue;
                }

                var plain = BootScript.Write(dialect, Installer with { CommandLine = "x" });
                script.Count(c => c == '\n').Should().BeInRange(plain.Count(c => c == '\n') - 1, plain.Count(c => c == '\n'));
            }
        });

    private static Action Writing(BootScriptDialect dialect, BootInstruction instruction) => () => BootScript.Write(dialect, instruction);
}
