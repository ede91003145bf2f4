using System.Text;
using CsCheck;
using Maas.Boot.Files;

namespace Maas.Boot.Tests.Files;

public class BootFileNameTests
{
    [Theory]
    [InlineData("undionly.kpxe", "undionly.kpxe")]
    [InlineData("/undionly.kpxe", "undionly.kpxe")]
    [InlineData("//grub//grub.cfg", "grub/grub.cfg")]
    [InlineData(@"\Boot\BCD", "Boot/BCD")]
    [InlineData(@"boot\x64/wdsnbp.com", "boot/x64/wdsnbp.com")]
    [InlineData("./pxelinux.0", "pxelinux.0")]
    [InlineData("a/./b", "a/b")]
    [InlineData("folder/", "folder")]
    [InlineData("pxelinux.0\r\n", "pxelinux.0")]
    [InlineData("with blank.img", "with blank.img")]
    [InlineData("..data", "..data")]
    [InlineData("größe.img", "größe.img")]
    public void An_odd_name_becomes_a_key(string sent, string key)
    {
        BootFileName.TryNormalize(Encoding.UTF8.GetBytes(sent), out var name, out _).Should().BeTrue();
        name.Should().Be(key);
    }

    [Fact]
    public void What_firmware_reads_past_the_end_of_option_67_is_cut()
    {
        BootFileName.TryNormalize([.. "snponly.efi"u8, 0xFF], out var name, out _).Should().BeTrue();
        name.Should().Be("snponly.efi");
        BootFileName.TryNormalize([.. "snponly.efi"u8, 0x00, 0xFF, 0x2E, 0x2E], out name, out _).Should().BeTrue();
        name.Should().Be("snponly.efi");
        BootFileName.TryNormalize([.. "snponly.efi"u8, 0xFF, 0xFF, 0x20], out name, out _).Should().BeTrue();
        name.Should().Be("snponly.efi");
    }

    /// <summary>One or more spellings of each published traversal, and of the ways around filters.</summary>
    [Theory]
    [InlineData("grub/grub.cfg-52:54:00:12:34:56")]  // MAAS's own grub.cfg, by ${net_default_mac}
    [InlineData("ipxe-52:54:00:12:34:56")]
    [InlineData("a/b:c/d")]
    [InlineData("initrd-2026-01-01T12:00:00")]
    public void A_colon_within_a_name_is_a_letter_like_others(string sent)
    {
        BootFileName.TryNormalize(sent, out var name, out _).Should().Be(!OperatingSystem.IsWindows());
        if (!OperatingSystem.IsWindows()) name.Should().Be(sent);
    }

    [Theory]
    [InlineData("C:boot.ini")]
    [InlineData("c:")]
    [InlineData("http:/host/file")]
    [InlineData(":hidden")]
    [InlineData("a/:hidden")]
    [InlineData("file:")]
    [InlineData("a/file:")]
    [InlineData("file::$DATA")]
    [InlineData("file:$DATA")]
    public void A_colon_that_could_mean_a_drive_a_stream_or_a_URL_is_refused(string sent) =>
        BootFileName.TryNormalize(sent, out _, out _).Should().BeFalse();

    [Theory]
    [InlineData("../../etc/passwd")]                       // CVE-2009-0288, CVE-2011-4722 and most others
    [InlineData("/../../etc/passwd")]                      // CVE-2009-1730
    [InlineData("a/../../etc/passwd")]
    [InlineData(@"..\..\boot.ini")]                        // CVE-2002-1209
    [InlineData(@"a\..\..\boot.ini")]
    [InlineData(@"../..\mixed")]
    [InlineData("....//....//etc/passwd")]                 // CVE-2006-1951: collapses to ../../ where "../" is cut out
    [InlineData(@"....\\....\\boot.ini")]
    [InlineData(".../.../etc/passwd")]                     // CVE-2006-1952, CVE-2008-1620
    [InlineData("..")]
    [InlineData("a/..")]
    [InlineData("C:/boot.ini")]                            // CVE-2005-1813: absolute, with a drive
    [InlineData(@"C:\boot.ini")]
    [InlineData("file.txt::$DATA")]
    [InlineData("tftp://10.0.0.1/secret")]
    [InlineData("secret.txt.")]                            // Windows opens secret.txt
    [InlineData("folder./secret.txt")]
    [InlineData("folder /secret.txt")]
    [InlineData("a\nb")]
    [InlineData("a\u001bb")]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("./.")]
    public void A_name_that_could_mean_something_else_is_refused(string sent)
    {
        BootFileName.TryNormalize(Encoding.UTF8.GetBytes(sent), out var name, out var refusal).Should().BeFalse();
        name.Should().BeNull();
        refusal.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public void Overlong_UTF8_is_refused()
    {
        // 0xC0 0xAE is a dot in two bytes.
        BootFileName.TryNormalize([0xC0, 0xAE, 0xC0, 0xAE, (byte)'/', (byte)'x'], out _, out var refusal).Should().BeFalse();
        refusal.Should().Contain("UTF-8");
    }

    [Fact]
    public void A_name_longer_than_the_limit_is_refused() =>
        BootFileName.TryNormalize(new string('a', BootFileName.MaxLength + 1), out _, out _).Should().BeFalse();

    [Theory]
    [InlineData("%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("PROGRA~1/secret")]
    [InlineData(@"\\server\share\file")]
    public void What_only_a_path_would_interpret_stays_a_key_like_any_other(string sent)
    {
        BootFileName.TryNormalize(sent, out var name, out _).Should().BeTrue();
        name.Should().NotStartWith("/").And.NotContain("\\");
    }

    [Fact]
    public void Any_bytes_give_a_clean_key_or_a_refusal() =>
        Gen.Byte.Array[0, 600].Sample(wire =>
        {
            if (!BootFileName.TryNormalize(wire, out var name, out var refusal)) return refusal.Length > 0;
            return name.Length > 0 && !name.Contains('\\') && !name.Contains('\0') && !name.Contains(':')
                && name.Split('/').All(s => s.Length > 0 && s.AsSpan().ContainsAnyExcept('.'))
                && BootFileName.TryNormalize(name, out var again, out _) && again == name;
        });
}
