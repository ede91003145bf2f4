param([string] $what)
$metadata = {{ server.metadata_url | quote.powershell }} + 'latest/'
$oauth = 'OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="' + {{ credentials.consumer_key | quote.powershell }} + '", oauth_token="' + {{ credentials.token_key | quote.powershell }} + '", oauth_signature="%26' + {{ credentials.token_secret | quote.powershell }} + '", oauth_nonce="' + [guid]::NewGuid().ToString() + '", oauth_timestamp="' + [DateTimeOffset]::UtcNow.ToUnixTimeSeconds() + '"'
$request = @{ UseBasicParsing = $true; Method = 'Post'; Headers = @{ Authorization = $oauth } }
switch ($what) {
    'working' { Invoke-WebRequest @request -Uri $metadata -Body @{ op = 'signal'; status = 'WORKING'; error = 'WinPE runs.' } }
    'failed' { Invoke-WebRequest @request -Uri $metadata -Body @{ op = 'signal'; status = 'FAILED'; error = 'Windows Setup failed.' } }
    'netboot_off' { Invoke-WebRequest @request -Uri $metadata -Body @{ op = 'netboot_off' } }
    'prepare' {
        {{~ if disk.serial != "" ~}}
        $serial = [string] (Get-CimInstance Win32_DiskDrive -Filter 'Index = 0').SerialNumber
        if ($serial.Trim() -ne {{ disk.serial | quote.powershell }}) { exit 2 }
        {{~ end ~}}
        net use Z: {{ params.share | quote.powershell }} {{ params.share_password | quote.powershell }} ('/user:' + {{ params.share_user | quote.powershell }})
        exit $LASTEXITCODE
    }
}
