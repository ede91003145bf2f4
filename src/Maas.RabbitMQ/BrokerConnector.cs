using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Maas.RabbitMQ;

/// <summary>
/// Makes connections to the broker. A lost one is replaced by the next attempt to publish, and not by the client library.
/// </summary>
internal static class BrokerConnector
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static ConnectionFactory FactoryFor(RabbitMqOptions options)
    {
        var factory = new ConnectionFactory
        {
            Uri = options.Url ?? throw new ArgumentException("A broker has a URL.", nameof(options)),
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            ClientProvidedName = "maas",
            RequestedHeartbeat = Heartbeat,
            RequestedConnectionTimeout = options.Timeout,
            SocketReadTimeout = options.Timeout,
            SocketWriteTimeout = options.Timeout,
            ContinuationTimeout = options.Timeout,
            HandshakeContinuationTimeout = options.Timeout,
        };
        if (options.UserName is { } user) factory.UserName = user;
        if (options.Password is { } password) factory.Password = password;
        if (factory.Ssl.Enabled) factory.Ssl = TlsFor(options, factory.Ssl.ServerName);
        return factory;
    }

    private static SslOption TlsFor(RabbitMqOptions options, string server)
    {
        var tls = new SslOption(server, enabled: true);
        if (options.ClientCertificateFile is { } file)
            tls.Certs = [X509Certificate2.CreateFromPemFile(file)];
        if (options.CertificateAuthorityFile is { } authorities)
        {
            var trusted = new X509Certificate2Collection();
            trusted.ImportFromPemFile(authorities);
            tls.CertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, trusted);
        }

        return tls;
    }

    // Only the chain is judged anew: a name that does not match, or a missing certificate, remains an error.
    private static bool IsTrusted(
        X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection trusted)
    {
        if (certificate is not X509Certificate2 leaf || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // an authority of one's own rarely has a list
        if (presented is not null)
            foreach (var element in presented.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(leaf);
    }
}
