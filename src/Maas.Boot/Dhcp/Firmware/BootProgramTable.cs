using System.Collections.Frozen;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Maas.Boot.Files;

namespace Maas.Boot.Dhcp.Firmware;

/// <summary>
/// Which boot program each firmware gets: a file of <see cref="IBootFiles"/>. The program then fetches the machine's
/// script; iPXE, once it runs, is not asked for here but sent to its script at once.
/// </summary>
[TypeConverter(typeof(TextTypeConverter<BootProgramTable>))]
public sealed class BootProgramTable : ISpanParsable<BootProgramTable>
{
    private readonly FrozenDictionary<BootArchitecture, string> _programs;

    private BootProgramTable(IEnumerable<KeyValuePair<BootArchitecture, string>> programs) => _programs = programs.ToFrozenDictionary();

    /// <summary>
    /// iPXE everywhere: <c>undionly.kpxe</c> for BIOS, <c>snponly.efi</c> for x64 UEFI by TFTP (it uses the firmware's own network
    /// driver) and <c>ipxe.efi</c> for x64 UEFI by HTTP, <c>snponly-arm64.efi</c> for 64-bit Arm. U-Boot gets the EFI program of its
    /// architecture too; where it looks for a configuration instead (<c>pxelinux.cfg/01-…</c>), it does so in the program's folder.
    /// A Raspberry Pi's boot ROM needs no program.
    /// </summary>
    public static BootProgramTable Default { get; } = new(
    [
        new(BootArchitecture.X86Bios, "undionly.kpxe"),
        new(BootArchitecture.X64Uefi, "snponly.efi"),
        new(BootArchitecture.EfiByteCode, "snponly.efi"),
        new(BootArchitecture.X64UefiHttp, "ipxe.efi"),
        new(BootArchitecture.EfiByteCodeHttp, "ipxe.efi"),
        new(BootArchitecture.Arm64Uefi, "snponly-arm64.efi"),
        new(BootArchitecture.Arm64UefiHttp, "ipxe-arm64.efi"),
        new(BootArchitecture.Arm32UBoot, "snponly-arm32.efi"),
        new(BootArchitecture.Arm64UBoot, "snponly-arm64.efi"),
    ]);

    /// <summary>A table that answers for no firmware, to build on with <see cref="With"/>.</summary>
    public static BootProgramTable Empty { get; } = new([]);

    /// <summary>The program for a firmware; <see langword="null"/> without one: the firmware gets no answer.</summary>
    public string? this[BootArchitecture architecture] => _programs.GetValueOrDefault(architecture);

    /// <summary>
    /// Reads differences from <see cref="Default"/>, as in <c>X86Bios=pxelinux.0, X64Uefi=bootx64.efi</c>: for configuration. A firmware
    /// without a file behind it gets none.
    /// </summary>
    /// <exception cref="FormatException">A part is no firmware of <see cref="BootArchitecture"/> with <c>=</c> and a file name of up to
    /// 127 characters.</exception>
    public static BootProgramTable Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var table)
            ? table
            : throw new FormatException($"'{text}' names no boot programs, such as X86Bios=pxelinux.0, X64Uefi=bootx64.efi.");

    /// <summary>Reads differences from <see cref="Default"/>, as <see cref="Parse"/> does.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out BootProgramTable? table)
    {
        var changed = Default;
        table = null;
        foreach (var part in text.Split(','))
        {
            var program = text[part].Trim();
            if (program.IsEmpty) continue;
            var equals = program.IndexOf('=');
            var file = program[(equals + 1)..].Trim();
            if (equals <= 0 || file.Length > 127 || !char.IsAsciiLetter(program[0])) return false;
            if (!Enum.TryParse<BootArchitecture>(program[..equals].Trim(), ignoreCase: true, out var firmware)) return false;
            changed = changed.With(firmware, file.IsEmpty ? null : file.ToString());
        }

        table = changed;
        return true;
    }

    /// <summary>A table that differs in one firmware.</summary>
    /// <param name="architecture">Which firmware.</param>
    /// <param name="file">The program's name as <see cref="IBootFiles"/> knows it, 1 to 127 characters; <see langword="null"/> for
    /// none.</param>
    /// <exception cref="ArgumentException">The name does not fit the header of a DHCP message.</exception>
    public BootProgramTable With(BootArchitecture architecture, string? file)
    {
        if (file is { Length: 0 or > 127 }) throw new ArgumentException("A boot file name has 1 to 127 characters.", nameof(file));
        var others = _programs.Where(p => p.Key != architecture);
        return new BootProgramTable(file is null ? others : others.Append(new(architecture, file)));
    }

    /// <summary>
    /// A table whose x64 UEFI firmware gets a program signed for Secure Boot. Firmware does not tell whether Secure Boot is on, so all of
    /// it gets the same chain, which works either way.
    /// </summary>
    /// <remarks>
    /// <para>Debian's shim, <c>bootx64.efi</c>, loads <c>grubx64.efi</c> from beside itself, and that fetches <c>grub/grub.cfg-01-…</c> and
    /// a kernel that Debian signed, all by TFTP. Its GRUB reads nothing over HTTP: UEFI HTTP boot gets an address and no program, and the
    /// firmware goes on in its boot order.</para>
    /// <para>A shim of another maker, such as iPXE's, is named the same way and brings its own second program; where that chain works
    /// over HTTP too, say so by <see cref="With"/> for <see cref="BootArchitecture.X64UefiHttp"/>.</para>
    /// </remarks>
    /// <param name="shim">The program's name as <see cref="IBootFiles"/> knows it, 1 to 127 characters.</param>
    /// <exception cref="ArgumentException">The name does not fit the header of a DHCP message.</exception>
    public BootProgramTable WithSecureBoot(string shim = "bootx64.efi") => this
        .With(BootArchitecture.X64Uefi, shim)
        .With(BootArchitecture.EfiByteCode, shim)
        .With(BootArchitecture.X64UefiHttp, null)
        .With(BootArchitecture.EfiByteCodeHttp, null);

    static BootProgramTable IParsable<BootProgramTable>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<BootProgramTable>.TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [NotNullWhen(true)] out BootProgramTable? result) =>
        TryParse(s, out result);

    static BootProgramTable ISpanParsable<BootProgramTable>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<BootProgramTable>.TryParse(
        ReadOnlySpan<char> s, IFormatProvider? provider, [NotNullWhen(true)] out BootProgramTable? result) =>
        TryParse(s, out result);
}
