export {
  smtpSender,
  type SmtpMail,
  type SmtpSenderOptions,
  type SmtpTransporter,
  type SmtpTransportOptions,
} from './smtpSender.js';
