using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace MaasServer;

/// <summary>The certificate of the API over TLS, with its chain. It is read at the start.</summary>
internal sealed class ServerCertificate
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _chain = [];

    /// <exception cref="FormatException">A file cannot be read; the message names it.</exception>
    public ServerCertificate(string certificateFile, string keyFile)
    {
        try
        {
            using var read = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            // Windows' TLS does not take a key that is in memory only.
            _certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pfx), null);
            _chain.ImportFromPemFile(certificateFile);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException
            or CryptographicException)
        {
            throw new FormatException(
                $"--https-certificate {certificateFile} or --https-key {keyFile} cannot be read: {fault.Message}", fault);
        }
    }

    public void ApplyTo(HttpsConnectionAdapterOptions https) =>
        (https.ServerCertificate, https.ServerCertificateChain) = (_certificate, _chain);
}
