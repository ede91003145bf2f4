using System.Diagnostics.CodeAnalysis;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Outputs;

/// <summary>
/// Writes an image to where a path leads. A file appears whole or not at all, through any symbolic link, and keeps its mode; a pipe or
/// character device gets the bytes
/// in order; a block device gets them if that is allowed, is synced, and read back. An image that another program uses is not replaced.
/// </summary>
/// <example>
/// <code>
/// await using var iso = builder.Build();
/// await ImageOutput.WriteAsync("rescue.iso", iso);
/// </code>
/// </example>
[SuppressMessage("ApiDesign", "RS0026", Justification = "The overloads differ in a required parameter: no call is ambiguous.")]
public static class ImageOutput
{
    private const int CopySize = 1 << 20;

    /// <summary>Writes what a stream holds.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="content">Seekable; it stays open.</param>
    /// <param name="options"><see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends it; a file stays as it was, a device holds part of it.</param>
    /// <exception cref="IOException">The destination is full, in use, or a device that is not allowed, is too small or does not read back
    /// what was written.</exception>
    public static async Task WriteAsync(
        string path, Stream content, OutputOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        switch (OutputTarget.Of(path))
        {
            case OutputTarget.Replaced file:
                await ReplaceAsync(file, 0, output => content.CopyToAsync(output, CopySize, cancellationToken)).ConfigureAwait(false);
                break;
            case OutputTarget.Sequential pipe:
                await CopyAsync(content, pipe, cancellationToken).ConfigureAwait(false);
                break;
            case OutputTarget.Block device:
                using (var bytes = StreamBytes.Over(content, leaveOpen: true))
                    await WriteDeviceAsync(device, bytes, options, null, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Writes what <paramref name="write"/> writes into a seekable stream.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="write">Writes the image into an empty file.</param>
    /// <param name="options"><see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends it; a file stays as it was, a device holds part of it.</param>
    /// <exception cref="IOException">The destination is full, in use, or a device that is not allowed, is too small or does not read back
    /// what was written.</exception>
    public static Task WriteAsync(
        string path, Func<Stream, Task> write, OutputOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        return WriteFileAsync(path, 128 << 10, write, options, cancellationToken);
    }

    /// <summary>Writes what is written by position into a file.</summary>
    internal static async Task WriteFileAsync(
        string path, int bufferSize, Func<FileStream, Task> write, OutputOptions? options, CancellationToken cancellationToken)
    {
        options ??= new OutputOptions();
        var target = OutputTarget.Of(path);
        if (target is OutputTarget.Replaced file)
        {
            await ReplaceAsync(file, bufferSize, write).ConfigureAwait(false);
            return;
        }

        RequireAllowed(target, options);
        var scratch = UnlinkedFile.Create(options.TemporaryDirectory);
        await using (scratch.ConfigureAwait(false))
        {
            await write(scratch).ConfigureAwait(false);
            await scratch.FlushAsync(cancellationToken).ConfigureAwait(false);
            scratch.Position = 0;
            await WriteAsync(path, scratch, options, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a disk's bytes as they are, stretches of zeros as holes where there can be any.</summary>
    internal static async Task WriteRawAsync(
        string path, RandomAccessSource disk, OutputOptions? options, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        switch (OutputTarget.Of(path))
        {
            case OutputTarget.Replaced file:
                await ReplaceAsync(file, 0, output =>
                {
                    RawWriter.Write(disk, output, progress, cancellationToken);
                    return Task.CompletedTask;
                }).ConfigureAwait(false);
                break;
            case OutputTarget.Sequential pipe:
                var content = disk.OpenStream();
                await using (content.ConfigureAwait(false)) await CopyAsync(content, pipe, cancellationToken).ConfigureAwait(false);
                progress?.Report(disk.Length);
                break;
            case OutputTarget.Block device:
                await WriteDeviceAsync(device, disk, options, progress, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static async Task ReplaceAsync(OutputTarget.Replaced file, int bufferSize, Func<FileStream, Task> write)
    {
        FileUse.RequireUnused(file.Path);
        await AtomicFile.ReplaceAsync(file.Path, bufferSize, write, () => FileUse.RequireUnused(file.Path)).ConfigureAwait(false);
        Edits.EditJournal.RemoveOf(file.Path); // what was committed to the image that was there is not for this one
    }

    private static async Task CopyAsync(Stream content, OutputTarget.Sequential pipe, CancellationToken cancellationToken)
    {
        // Opening a pipe waits for a reader, possibly for ever.
        var output = await Task.Run(() => Open(pipe), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        await using (output.ConfigureAwait(false)) await content.CopyToAsync(output, CopySize, cancellationToken).ConfigureAwait(false);
    }

    private static FileStream Open(OutputTarget.Sequential pipe) => pipe.Descriptor is { } descriptor
        ? new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0)
        : new FileStream(pipe.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    private static Task WriteDeviceAsync(
        OutputTarget.Block target, RandomAccessSource content, OutputOptions? options, IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        RequireAllowed(target, options);
        return Task.Run(() =>
        {
            if (!OperatingSystem.IsLinux())
                throw new PlatformNotSupportedException(
                    $"{target.Path}: a disk is written on Linux only; write the image to a file instead.");
            using var device = BlockDevice.OpenAlone(target.Path);
            device.Verify(device.Write(content, progress, cancellationToken), cancellationToken);
        }, cancellationToken);
    }

    private static void RequireAllowed(OutputTarget target, OutputOptions? options)
    {
        if (target is OutputTarget.Block && options?.AllowDevice != true)
        {
            throw new IOException(
                $"{target.Path} is a block device. An image that is written to it destroys everything on it: allow that with " +
                "AllowDevice (--force).");
        }
    }
}
