using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Maas.Images.Tests.Debian;

/// <summary>Makes small .deb files: ar, control.tar.gz, data.tar.gz.</summary>
internal static class SyntheticDeb
{
    public static byte[] Make(string name, string version, params (string Path, byte[] Content)[] files) =>
        MakeWith($"Package: {name}\nVersion: {version}\nArchitecture: amd64\nDescription: test\n", files);

    public static byte[] MakeWith(string control, params (string Path, byte[] Content)[] files) =>
        Ar(
            ("debian-binary", "2.0\n"u8.ToArray()),
            ("control.tar.gz", Tar(("./control", Encoding.UTF8.GetBytes(control)))),
            ("data.tar.gz", Tar(files)));

    public static byte[] Ar(params (string Name, byte[] Content)[] members)
    {
        using var stream = new MemoryStream();
        stream.Write("!<arch>\n"u8);
        foreach (var (name, content) in members)
        {
            stream.Write(Encoding.ASCII.GetBytes($"{name,-16}{0,-12}{0,-6}{0,-6}{"100644",-8}{content.Length,-10}`\n"));
            stream.Write(content);
            if (content.Length % 2 == 1) stream.WriteByte((byte)'\n');
        }

        return stream.ToArray();
    }

    public static byte[] Tar(params (string Path, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var (path, content) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        }

        return stream.ToArray();
    }
}
