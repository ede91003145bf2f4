namespace Maas.Api.Requests;

/// <summary>A part of a multipart body that has a file name, its transfer encoding already removed.</summary>
/// <param name="Name">The part's field name.</param>
/// <param name="FileName">The name the client gave the file; a label, never a path on this host.</param>
/// <param name="Content">The bytes, a slice of the request's body unless they were base64.</param>
internal sealed record FormFile(string Name, string FileName, ReadOnlyMemory<byte> Content);
